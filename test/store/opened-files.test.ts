import { expect, test } from "bun:test";
import { copyFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OpenedFiles } from "../../src/store/opened-files.ts";
import { TemporaryDirectory } from "../support/temporary.ts";

test("a file that was removed, replaced or made is noticed, one that was written to is not", () => {
  using directory = new TemporaryDirectory();
  const [one, other] = [join(directory.path, "one"), join(directory.path, "other")];
  writeFileSync(one, "1");
  const files = new OpenedFiles([one, other]);
  writeFileSync(one, "more");
  expect(files.replaced).toBeNull();
  copyFileSync(one, `${one}.copy`);
  renameSync(one, `${one}.away`);
  expect(files.replaced).toBe(one);
  renameSync(`${one}.copy`, one);
  expect(files.replaced).toBe(one);
  rmSync(one);
  renameSync(`${one}.away`, one);
  expect(files.replaced).toBeNull();
  writeFileSync(other, "");
  expect(files.replaced).toBe(other);
});

import { expect, test } from "bun:test";
import { copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OpenedFiles } from "../../../../src/store/sqlite/file/opened-files.ts";
import { useDirectory } from "../../../support/store/use.ts";

const directory = useDirectory();

test("a file that was removed, replaced or made is noticed, one that was written to is not", () => {
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

test("a file that cannot be looked at any more counts as replaced", () => {
  const below = join(directory.path, "directory");
  mkdirSync(below);
  const file = join(below, "file");
  writeFileSync(file, "1");
  const files = new OpenedFiles([file]);
  renameSync(below, `${below}.away`);
  writeFileSync(below, "");
  expect(files.replaced).toBe(file);
});

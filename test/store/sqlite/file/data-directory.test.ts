import { expect, test } from "bun:test";
import { existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DataDirectory } from "../../../../src/store/sqlite/file/data-directory.ts";
import { reasonOf } from "../../../../src/system-errors.ts";
import { withoutUmask } from "../../../support/executable/umask.ts";
import { unusable } from "../../../support/store/unusable.ts";
import { useDirectory } from "../../../support/store/use.ts";

const place = useDirectory();

test("a new directory is for its owner alone, and so is each new one above it", () => {
  const above = join(place.path, "a");
  const directory = new DataDirectory(join(above, "b"));
  withoutUmask(() => directory.make());
  for (const path of [above, directory.path]) expect(statSync(path).mode & 0o777).toBe(0o700);
});

test.each([
  ["a file of that name", "taken", "there is a file of that name"],
  ["a file on the way", "taken/data", "a part of the path is a file"],
])("%s: a sentence says so", (_, name, reason) => {
  const taken = join(place.path, "taken");
  writeFileSync(taken, "");
  const path = join(place.path, name);
  expect(unusable(() => new DataDirectory(path).make())).toBe(
    `The data directory ${path} cannot be made: ${reason}.`,
  );
  expect(existsSync(taken)).toBe(true);
});

test("the reason of an error is that of its code, or its own message", () => {
  const coded = (code: string) => reasonOf(Object.assign(new Error("x"), { code }));
  expect(coded("ENOENT")).toBe("it does not exist");
  expect(coded("ENOSPC")).toBe("there is no space left");
  expect(coded("EROFS")).toBe("the file system is read-only");
  expect(coded("EACCES")).toBe("permission denied");
  expect(reasonOf(new Error("something else"))).toBe("something else");
  expect(reasonOf("a text")).toBe("a text");
});

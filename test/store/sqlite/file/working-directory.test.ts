import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  makeWorkingDirectory,
  refuseInWorkingDirectory,
  removeWorkingDirectories,
} from "../../../../src/store/sqlite/file/working-directory.ts";
import { unusable } from "../../../support/store/unusable.ts";
import { useDirectory } from "../../../support/store/use.ts";

const directory = useDirectory();

test("a working directory is for its owner alone, and has a name of its own", () => {
  const [one, other] = [directory, directory].map((directory) => makeWorkingDirectory(directory).path);
  expect(one).not.toBe(other);
  expect(statSync(one ?? "").mode & 0o777).toBe(0o700);
});

test("what a killed restore left is removed, and no other file", () => {
  const left = makeWorkingDirectory(directory);
  for (const end of ["", "-journal", "-wal", "-shm"]) writeFileSync(left.database + end, "half");
  const withOther = makeWorkingDirectory(directory);
  writeFileSync(join(withOther.path, "notes.txt"), "kept");
  const own = join(directory.path, "restoring");
  mkdirSync(own);
  writeFileSync(join(own, "publisher.db"), "kept");
  symlinkSync(own, join(directory.path, "restoring-0123456789abcdef"));
  removeWorkingDirectories(directory);
  expect(existsSync(left.path)).toBe(false);
  expect(readdirSync(withOther.path)).toEqual(["notes.txt"]);
  expect(readdirSync(own)).toEqual(["publisher.db"]);
});

test("a backup in a working directory is refused, also through a link, and one beside it is not", () => {
  const left = makeWorkingDirectory(directory);
  writeFileSync(left.database, "half");
  writeFileSync(directory.database, "");
  const link = join(directory.path, "link");
  symlinkSync(left.database, link);
  for (const path of [left.database, link])
    expect(unusable(() => refuseInWorkingDirectory(directory, path))).toContain("was left by a restore");
  refuseInWorkingDirectory(directory, directory.database);
});

test("a working directory that cannot be made is told of in a sentence", () => {
  Object.defineProperty(directory, "path", { value: join(directory.path, "missing") });
  expect(unusable(() => makeWorkingDirectory(directory))).toContain("cannot be made: it does not exist.");
});

import { expect, test } from "bun:test";
import { closeSync, copyFileSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
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

test("a descriptor is of the file that was there, not of one that took its place", () => {
  const [path, other] = [join(directory.path, "one"), join(directory.path, "other")];
  writeFileSync(path, "1");
  const files = new OpenedFiles([path, other]);
  expect([files.has(path), files.has(other)]).toEqual([true, false]);
  const descriptor = openSync(path, "r");
  copyFileSync(path, other);
  renameSync(other, path);
  const later = openSync(path, "r");
  expect([files.holds(path, descriptor), files.holds(path, later)]).toEqual([true, false]);
  for (const opened of [descriptor, later]) closeSync(opened);
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

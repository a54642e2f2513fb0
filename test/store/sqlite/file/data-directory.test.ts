import { expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { DataDirectory } from "../../../../src/store/sqlite/file/data-directory.ts";
import { reasonOf } from "../../../../src/system-errors.ts";
import { withoutUmask } from "../../../support/executable/umask.ts";
import { unusable } from "../../../support/store/unusable.ts";
import { TemporaryDirectory } from "../../../support/temporary.ts";

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

test("everything lies in one directory, named by its absolute path", () => {
  const directory = new DataDirectory("some/where/../data");
  const path = resolve("some/data");
  expect(directory.path).toBe(path);
  expect(directory.database).toBe(join(path, "publisher.db"));
  expect(directory.lock).toBe(join(path, "lock.db"));
  expect(directory.lockHolder).toBe(join(path, "lock.holder"));
  expect(directory.firstToken).toBe(join(path, "first-token"));
});

test("a new directory is for its owner alone, and so is what was missing on the way to it", () => {
  using temporary = new TemporaryDirectory();
  const directory = new DataDirectory(join(temporary.path, "a", "b"));
  withoutUmask(() => directory.make());
  expect(mode(join(temporary.path, "a"))).toBe("700");
  expect(mode(directory.path)).toBe("700");
});

test("a directory that is there already keeps its mode", () => {
  using temporary = new TemporaryDirectory();
  chmodSync(temporary.path, 0o755);
  new DataDirectory(temporary.path).make();
  expect(mode(temporary.path)).toBe("755");
});

test("a store is there where its file is", () => {
  using temporary = new TemporaryDirectory();
  const directory = new DataDirectory(temporary.path);
  expect(directory.holdsStore()).toBe(false);
  writeFileSync(directory.database, "");
  expect(directory.holdsStore()).toBe(true);
});

test.each([
  ["a file of that name", "taken", "there is a file of that name"],
  ["a file on the way", "taken/data", "a part of the path is a file"],
])("%s: a sentence says so", (_, name, reason) => {
  using temporary = new TemporaryDirectory();
  writeFileSync(join(temporary.path, "taken"), "");
  const path = join(temporary.path, name);
  expect(unusable(() => new DataDirectory(path).make())).toBe(
    `The data directory ${path} cannot be made: ${reason}.`,
  );
  expect(existsSync(join(temporary.path, "taken"))).toBe(true);
});

test("an error is told by what it means, or in its own words", () => {
  using temporary = new TemporaryDirectory();
  const missing = join(temporary.path, "no", "where");
  let thrown: unknown;
  try {
    mkdirSync(missing);
  } catch (error) {
    thrown = error;
  }
  expect(reasonOf(thrown)).toBe("it does not exist");
  expect(reasonOf(Object.assign(new Error("x"), { code: "ENOSPC" }))).toBe("there is no space left");
  expect(reasonOf(Object.assign(new Error("x"), { code: "EROFS" }))).toBe("the file system is read-only");
  expect(reasonOf(Object.assign(new Error("x"), { code: "EACCES" }))).toBe("permission denied");
  expect(reasonOf(new Error("something else"))).toBe("something else");
  expect(reasonOf("a text")).toBe("a text");
});

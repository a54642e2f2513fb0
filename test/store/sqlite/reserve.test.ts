import { describe, expect, test } from "bun:test";
import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { ENOUGH_SPACE, OutOfSpace, RESERVE_BYTES, Reserve } from "../../../src/store/sqlite/reserve.ts";
import { TemporaryDirectory } from "../../support/temporary.ts";

function reserveIn({ path }: TemporaryDirectory) {
  const file = join(path, "reserve");
  return { file, reserve: new Reserve(file) };
}

const MEBIBYTE = 1024 * 1024;

function thrownBy(work: () => void): Error {
  try {
    work();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("nothing was thrown");
}

describe("the reserve", () => {
  test("takes its space on the disk, for its owner alone, and cannot be compressed", () => {
    using directory = new TemporaryDirectory();
    const { file, reserve } = reserveIn(directory);
    reserve.require();
    const { size, mode } = statSync(file);
    expect({ size, mode: mode & 0o777 }).toEqual({ size: RESERVE_BYTES, mode: 0o600 });
    expect(gzipSync(readFileSync(file)).length).toBeGreaterThan(RESERVE_BYTES);
    expect(readdirSync(directory.path)).toEqual(["reserve"]);
  });

  test("is released but for what opening the store needs, and made anew when it is asked for", () => {
    using directory = new TemporaryDirectory();
    const { file, reserve } = reserveIn(directory);
    reserve.require();
    expect(reserve.release()).toBe(true);
    expect(statSync(file).size).toBe(64 * 1024);
    expect(reserve.release()).toBe(false);
    expect(reserve.releaseToOpen()).toBe(true);
    expect(statSync(file).size).toBe(0);
    expect(reserve.release()).toBe(false);
    expect(reserve.releaseToOpen()).toBe(false);
    reserve.require();
    expect(reserve.releaseToOpen()).toBe(true);
    expect(statSync(file).size).toBe(RESERVE_BYTES - 64 * 1024);
    reserve.require();
    expect(statSync(file).size).toBe(RESERVE_BYTES);
  });

  test("that another process made is taken as it is, unless it is short", () => {
    using directory = new TemporaryDirectory();
    const { file, reserve } = reserveIn(directory);
    reserve.require();
    const bytes = readFileSync(file);
    new Reserve(file).require();
    expect(readFileSync(file)).toEqual(bytes);
    writeFileSync(file, "short");
    new Reserve(file).require();
    expect(statSync(file).size).toBe(RESERVE_BYTES);
  });

  test("does not take the last free megabyte of a disk", () => {
    using directory = new TemporaryDirectory();
    let free = RESERVE_BYTES + MEBIBYTE - 1;
    const reserve = new Reserve(join(directory.path, "reserve"), () => ({
      blocks: 9,
      bavail: free,
      bsize: 1,
    }));
    const message = `the disk of ${directory.path} is nearly full: free 5 MiB there`;
    expect(thrownBy(() => reserve.require())).toEqual(new OutOfSpace(message));
    expect(ENOUGH_SPACE).toBe("5 MiB");
    expect(readdirSync(directory.path)).toEqual([]);
    free += 1;
    reserve.require();
  });

  test("is made on a file system that does not tell how much is free", () => {
    using directory = new TemporaryDirectory();
    const unknown = { blocks: 0, bavail: 0, bsize: 0 };
    new Reserve(join(directory.path, "reserve"), () => unknown).require();
    expect(readdirSync(directory.path)).toEqual(["reserve"]);
  });

  test("says in its error why it cannot be made, and adds no cause with the same words", () => {
    using directory = new TemporaryDirectory();
    const reserve = new Reserve(join(directory.path, "reserve"), () => ({ blocks: 9, bavail: 0, bsize: 1 }));
    for (const work of [() => reserve.require(), () => reserve.requireRoom()]) {
      const error = thrownBy(work);
      expect(error).toBeInstanceOf(OutOfSpace);
      expect(error.cause).toBeUndefined();
    }
    mkdirSync(join(directory.path, "directory"));
    const other = thrownBy(() => new Reserve(join(directory.path, "directory")).require());
    expect(other.message).toEndWith("cannot be made: it is a directory");
    expect(other.cause).toBeUndefined();
    expect(other).not.toBeInstanceOf(OutOfSpace);
  });

  test("that cannot be looked at frees nothing, and throws nothing", () => {
    using directory = new TemporaryDirectory();
    symlinkSync("loop", join(directory.path, "loop"));
    const reserve = new Reserve(join(directory.path, "loop", "reserve"));
    expect(() => reserve.require()).toThrow("its symbolic links lead in a circle");
    expect(reserve.release()).toBe(false);
    expect(reserve.releaseToOpen()).toBe(false);
  });

  test("that cannot be cut or removed frees nothing, and throws nothing", () => {
    using directory = new TemporaryDirectory();
    const path = join(directory.path, "reserve");
    mkdirSync(path);
    // So many names make a directory larger than what is left to open the store.
    for (let count = 0; count < 4000; count += 1)
      writeFileSync(join(path, `${count}`.padStart(200, "x")), "");
    expect(statSync(path).size).toBeGreaterThan(64 * 1024);
    const reserve = new Reserve(path);
    expect(reserve.release()).toBe(false);
    expect(reserve.releaseToOpen()).toBe(false);
  });

  test("that has another name, or is a link, frees nothing and stays", () => {
    using directory = new TemporaryDirectory();
    const { file, reserve } = reserveIn(directory);
    reserve.require();
    linkSync(file, join(directory.path, "other"));
    expect(reserve.release()).toBe(false);
    expect(reserve.releaseToOpen()).toBe(false);
    rmSync(file);
    symlinkSync("other", file);
    expect(reserve.release()).toBe(false);
    expect(statSync(join(directory.path, "other")).size).toBe(RESERVE_BYTES);
  });

  test("that cannot be made leaves nothing behind", () => {
    using directory = new TemporaryDirectory();
    mkdirSync(join(directory.path, "reserve"));
    expect(() => reserveIn(directory).reserve.require()).toThrow("cannot be made: it is a directory");
    expect(readdirSync(directory.path)).toEqual(["reserve"]);
  });
});

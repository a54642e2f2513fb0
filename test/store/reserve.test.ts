import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { RESERVE_BYTES, Reserve } from "../../src/store/reserve.ts";
import { TemporaryDirectory } from "../support/temporary.ts";

function reserveIn({ path }: TemporaryDirectory) {
  const file = join(path, "reserve");
  return { file, reserve: new Reserve(file) };
}

const MEBIBYTE = 1024 * 1024;

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
    expect(existsSync(file)).toBe(false);
    expect(reserve.release()).toBe(false);
    expect(reserve.releaseToOpen()).toBe(false);
    reserve.require();
    expect(reserve.releaseToOpen()).toBe(true);
    expect(statSync(file).size).toBe(64 * 1024);
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
    expect(() => reserve.require()).toThrow("cannot be made: the disk has less than 5 MiB free");
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

  test("that cannot be made leaves nothing behind", () => {
    using directory = new TemporaryDirectory();
    mkdirSync(join(directory.path, "reserve"));
    expect(() => reserveIn(directory).reserve.require()).toThrow("cannot be made: it is a directory");
    expect(readdirSync(directory.path)).toEqual(["reserve"]);
  });
});

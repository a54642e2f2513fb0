import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { RESERVE_BYTES, Reserve } from "../../src/store/reserve.ts";
import { TemporaryDirectory } from "../support/temporary.ts";

function reserveIn({ path }: TemporaryDirectory) {
  const file = join(path, "reserve");
  return { file, reserve: new Reserve(file) };
}

describe("the reserve", () => {
  test("takes its space on the disk, for its owner alone, and cannot be compressed", () => {
    using directory = new TemporaryDirectory();
    const { file, reserve } = reserveIn(directory);
    expect(reserve.ensure()).toBe(true);
    const { size, mode } = statSync(file);
    expect({ size, mode: mode & 0o777 }).toEqual({ size: RESERVE_BYTES, mode: 0o600 });
    expect(gzipSync(readFileSync(file)).length).toBeGreaterThan(RESERVE_BYTES);
    expect(readdirSync(directory.path)).toEqual(["reserve"]);
  });

  test("is released once, and made anew when it is asked for", () => {
    using directory = new TemporaryDirectory();
    const { file, reserve } = reserveIn(directory);
    reserve.ensure();
    expect(reserve.release()).toBe(true);
    expect(existsSync(file)).toBe(false);
    expect(reserve.release()).toBe(false);
    expect(reserve.ensure()).toBe(true);
    expect(existsSync(file)).toBe(true);
  });

  test("that another process made is taken as it is, unless it is short", () => {
    using directory = new TemporaryDirectory();
    const { file, reserve } = reserveIn(directory);
    reserve.ensure();
    const bytes = readFileSync(file);
    expect(new Reserve(file).ensure()).toBe(true);
    expect(readFileSync(file)).toEqual(bytes);
    writeFileSync(file, "short");
    expect(new Reserve(file).ensure()).toBe(true);
    expect(statSync(file).size).toBe(RESERVE_BYTES);
  });

  test("does not take the last free megabyte of a disk", () => {
    using directory = new TemporaryDirectory();
    let free = 2 * RESERVE_BYTES - 1;
    const reserve = new Reserve(join(directory.path, "reserve"), () => free);
    expect(reserve.ensure()).toBe(false);
    expect(readdirSync(directory.path)).toEqual([]);
    free += 1;
    expect(reserve.ensure()).toBe(true);
  });
});

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
import { useEach } from "../../support/store/use.ts";
import { TemporaryDirectory } from "../../support/temporary.ts";

const directory = useEach(() => new TemporaryDirectory());
const inside = (name: string) => join(directory.path, name);

/** The reserve of the directory, on a disk with so many free bytes. */
function reserveOn(free?: number): Reserve {
  if (free === undefined) return new Reserve(inside("reserve"));
  return new Reserve(inside("reserve"), () => ({ blocks: 9, bavail: free, bsize: 1 }));
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
    const reserve = reserveOn();
    const file = inside("reserve");
    reserve.require();
    const { size, mode } = statSync(file);
    expect({ size, mode: mode & 0o777 }).toEqual({ size: RESERVE_BYTES, mode: 0o600 });
    expect(gzipSync(readFileSync(file)).length).toBeGreaterThan(RESERVE_BYTES);
    expect(readdirSync(directory.path)).toEqual(["reserve"]);
  });

  test("is released but for what opening the store needs, and made anew when it is asked for", () => {
    const reserve = reserveOn();
    const file = inside("reserve");
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
    const reserve = reserveOn();
    const file = inside("reserve");
    reserve.require();
    const bytes = readFileSync(file);
    new Reserve(file).require();
    expect(readFileSync(file)).toEqual(bytes);
    writeFileSync(file, "short");
    new Reserve(file).require();
    expect(statSync(file).size).toBe(RESERVE_BYTES);
  });

  test("does not take the last free megabyte of a disk", () => {
    const least = RESERVE_BYTES + MEBIBYTE;
    const message = `the disk of ${directory.path} is nearly full: free 5 MiB there`;
    expect(thrownBy(() => reserveOn(least - 1).require())).toEqual(new OutOfSpace(message));
    expect(ENOUGH_SPACE).toBe("5 MiB");
    expect(readdirSync(directory.path)).toEqual([]);
    reserveOn(least).require();
  });

  test("is made on a file system that does not tell how much is free", () => {
    const unknown = { blocks: 0, bavail: 0, bsize: 0 };
    new Reserve(inside("reserve"), () => unknown).require();
    expect(readdirSync(directory.path)).toEqual(["reserve"]);
  });

  test("says in its error why it cannot be made, and adds no cause with the same words", () => {
    const reserve = reserveOn(0);
    for (const work of [() => reserve.require(), () => reserve.requireRoom()]) {
      const error = thrownBy(work);
      expect(error).toBeInstanceOf(OutOfSpace);
      expect(error.cause).toBeUndefined();
    }
    mkdirSync(inside("directory"));
    const other = thrownBy(() => new Reserve(inside("directory")).require());
    expect(other.message).toEndWith("cannot be made: it is a directory");
    expect(other.cause).toBeUndefined();
    expect(other).not.toBeInstanceOf(OutOfSpace);
  });

  test("that cannot be looked at frees nothing, and throws nothing", () => {
    symlinkSync("loop", inside("loop"));
    const reserve = new Reserve(join(directory.path, "loop", "reserve"));
    expect(() => reserve.require()).toThrow("its symbolic links lead in a circle");
    expect(reserve.release()).toBe(false);
    expect(reserve.releaseToOpen()).toBe(false);
  });

  test("that cannot be cut or removed frees nothing, and throws nothing", () => {
    const path = inside("reserve");
    mkdirSync(path);
    // So many names make a directory larger than the part that is left to open the store.
    for (let count = 0; count < 4000; count += 1)
      writeFileSync(join(path, `${count}`.padStart(200, "x")), "");
    expect(statSync(path).size).toBeGreaterThan(64 * 1024);
    const reserve = new Reserve(path);
    expect(reserve.release()).toBe(false);
    expect(reserve.releaseToOpen()).toBe(false);
  });

  test("that has another name, or is a link, frees nothing and stays", () => {
    const reserve = reserveOn();
    const file = inside("reserve");
    reserve.require();
    linkSync(file, inside("other"));
    expect(reserve.release()).toBe(false);
    expect(reserve.releaseToOpen()).toBe(false);
    rmSync(file);
    symlinkSync("other", file);
    expect(reserve.release()).toBe(false);
    expect(statSync(inside("other")).size).toBe(RESERVE_BYTES);
  });

  test("that cannot be made leaves nothing behind", () => {
    mkdirSync(inside("reserve"));
    expect(() => reserveOn().require()).toThrow("cannot be made: it is a directory");
    expect(readdirSync(directory.path)).toEqual(["reserve"]);
  });

  test("of another process that is still writing it is waited for, and a dead one's draft is replaced", () => {
    const [file, draft] = [inside("reserve"), inside("reserve.new")];
    writeFileSync(draft, "a part");
    const make = `head -c ${RESERVE_BYTES} /dev/zero > "${draft}" && mv "${draft}" "${file}"`;
    Bun.spawn(["sh", "-c", make]);
    new Reserve(file, undefined, Number.POSITIVE_INFINITY).require();
    expect(statSync(file).size).toBe(RESERVE_BYTES);
    rmSync(file);
    writeFileSync(draft, "a part");
    new Reserve(file, undefined, 0).require();
    expect(statSync(file).size).toBe(RESERVE_BYTES);
    expect(readdirSync(directory.path)).toEqual(["reserve"]);
  });
});

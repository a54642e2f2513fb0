import { beforeEach, describe, expect, test } from "bun:test";
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
import {
  ENOUGH_SPACE,
  OutOfSpace,
  RESERVE_BYTES,
  Reserve,
} from "../../../src/store/sqlite/disk-space-reserve.ts";
import { useEach } from "../../support/store/use.ts";
import { TemporaryDirectory } from "../../support/temporary.ts";

const MEBIBYTE = 1024 * 1024;

const directory = useEach(() => new TemporaryDirectory());
let file: string;

beforeEach(() => {
  file = join(directory.path, "reserve");
});

/** The reserve on a disk with so many free bytes. */
function reserveOn(free: number, blocks = 9): Reserve {
  return new Reserve(file, () => ({ blocks, bavail: free, bsize: 1 }));
}

const sizeOf = (path: string) => statSync(path).size;

function errorOf(work: () => void) {
  try {
    work();
  } catch (error) {
    if (error instanceof Error)
      return { kind: error.constructor, message: error.message, cause: error.cause };
  }
  throw new Error("nothing was thrown");
}

describe("the reserve", () => {
  test("takes its space on the disk, for its owner alone, and cannot be compressed", () => {
    new Reserve(file).require();
    const { size, mode } = statSync(file);
    expect({ size, mode: mode & 0o777 }).toEqual({ size: RESERVE_BYTES, mode: 0o600 });
    expect(gzipSync(readFileSync(file)).length).toBeGreaterThan(RESERVE_BYTES);
    expect(readdirSync(directory.path)).toEqual(["reserve"]);
  });

  test("is released but for what opening the store needs, and made anew when it is asked for", () => {
    const reserve = new Reserve(file);
    const [all, rest] = [RESERVE_BYTES, 64 * 1024];
    for (const [step, outcome, size] of [
      ["require", undefined, all],
      ["release", true, rest],
      ["release", false, rest],
      ["releaseToOpen", true, 0],
      ["release", false, 0],
      ["releaseToOpen", false, 0],
      ["require", undefined, all],
      ["releaseToOpen", true, all - rest],
      ["require", undefined, all],
    ] as const)
      expect([step, reserve[step](), sizeOf(file)]).toEqual([step, outcome, size]);
  });

  test("that another process made is taken as it is, unless it is short", () => {
    new Reserve(file).require();
    const bytes = readFileSync(file);
    new Reserve(file).require();
    expect(readFileSync(file)).toEqual(bytes);
    writeFileSync(file, "short");
    new Reserve(file).require();
    expect(sizeOf(file)).toBe(RESERVE_BYTES);
  });

  test("does not take the last free megabyte of a disk that reports its free space", () => {
    const least = RESERVE_BYTES + MEBIBYTE;
    const message = `the disk of ${directory.path} is nearly full: free 5 MiB there`;
    const short = reserveOn(least - 1);
    for (const work of [() => short.require(), () => reserveOn(MEBIBYTE - 1).requireRoom()])
      expect(errorOf(work)).toEqual({ kind: OutOfSpace, message, cause: undefined });
    expect(ENOUGH_SPACE).toBe("5 MiB");
    expect(readdirSync(directory.path)).toEqual([]);
    reserveOn(least).require();
    reserveOn(MEBIBYTE).requireRoom();
    rmSync(file);
    reserveOn(0, 0).require();
  });

  test("that cannot be made says why, adds no cause with the same words and leaves nothing behind", () => {
    mkdirSync(file);
    const { kind, message, cause } = errorOf(() => new Reserve(file).require());
    expect([kind, cause]).toEqual([Error, undefined]);
    expect(message).toEndWith("cannot be made: it is a directory");
    expect(readdirSync(directory.path)).toEqual(["reserve"]);
  });

  function expectNothingFreed(): void {
    const reserve = new Reserve(file);
    expect([reserve.release(), reserve.releaseToOpen()]).toEqual([false, false]);
  }

  test("that cannot be looked at frees nothing, and throws nothing", () => {
    symlinkSync("loop", join(directory.path, "loop"));
    file = join(directory.path, "loop", "reserve");
    expect(() => new Reserve(file).require()).toThrow("its symbolic links lead in a circle");
    expectNothingFreed();
  });

  test("that cannot be cut or removed frees nothing, and throws nothing", () => {
    mkdirSync(file);
    // So many names make a directory larger than the part that is left to open the store.
    for (let count = 0; count < 4000; count += 1)
      writeFileSync(join(file, `${count}`.padStart(200, "x")), "");
    expect(sizeOf(file)).toBeGreaterThan(64 * 1024);
    expectNothingFreed();
  });

  test("that has another name, or is a link, frees nothing and stays", () => {
    const other = join(directory.path, "other");
    new Reserve(file).require();
    linkSync(file, other);
    expectNothingFreed();
    rmSync(file);
    symlinkSync("other", file);
    expectNothingFreed();
    expect(sizeOf(other)).toBe(RESERVE_BYTES);
  });

  test("of another process that is still writing it is waited for, and a dead one's draft is replaced", () => {
    const draft = `${file}.new`;
    writeFileSync(draft, "a part");
    const make = `head -c ${RESERVE_BYTES} /dev/zero > "${draft}" && mv "${draft}" "${file}"`;
    Bun.spawn(["sh", "-c", make]);
    new Reserve(file, undefined, Number.POSITIVE_INFINITY).require();
    expect(sizeOf(file)).toBe(RESERVE_BYTES);
    rmSync(file);
    writeFileSync(draft, "a part");
    new Reserve(file, undefined, 0).require();
    expect(sizeOf(file)).toBe(RESERVE_BYTES);
    expect(readdirSync(directory.path)).toEqual(["reserve"]);
  });
});

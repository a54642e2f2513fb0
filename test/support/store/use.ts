import { afterEach, beforeEach } from "bun:test";
import { DataDirectory } from "../../../src/store/sqlite/file/data-directory.ts";
import { PublicDirectory } from "./data-directory.ts";
import { SmallDisk } from "./small-disk.ts";
import { TestStore } from "./store.ts";

/** An object that each test gets anew, and that is disposed of after the test. */
export function useEach<T extends Disposable>(make: () => T): T {
  let current: T | undefined;
  beforeEach(() => {
    current = make();
  });
  afterEach(() => current?.[Symbol.dispose]());
  return standIn(() => {
    if (current === undefined) throw new Error("there is such an object during a test only");
    return current;
  });
}

/** A data directory that each test gets anew. */
export function useDirectory(): DataDirectory {
  return useDirectoryOf(useEach(() => new PublicDirectory()));
}

/** The data directory of an object that each test gets anew. */
export function useDirectoryOf(owner: { readonly directory: DataDirectory }): DataDirectory {
  return standIn(() => owner.directory, DataDirectory.prototype);
}

export function useDisk(): SmallDisk {
  return useEach(() => {
    const disk = SmallDisk.mount();
    if (disk === null) throw new Error("no disk can be mounted");
    return disk;
  });
}

export function useStore(make = () => new TestStore()): TestStore {
  return useEach(make);
}

/** Passes everything on to the object that `current` returns. */
function standIn<T extends object>(current: () => T, prototype: object | null = null): T {
  return new Proxy(Object.create(prototype) as T, {
    get(_, key) {
      const value = Reflect.get(current(), key, current());
      return typeof value === "function" ? value.bind(current()) : value;
    },
    set: (_, key, value) => Reflect.set(current(), key, value, current()),
    defineProperty: (_, key, descriptor) => Reflect.defineProperty(current(), key, descriptor),
    getOwnPropertyDescriptor: (_, key) => Reflect.getOwnPropertyDescriptor(current(), key),
    has: (_, key) => Reflect.has(current(), key),
  });
}

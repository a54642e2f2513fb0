import { statSync } from "node:fs";
import { isReadOnly } from "../sqlite-errors.ts";
import { StoreUnusable } from "../store-unusable.ts";

/** Whether a -journal file lies beside the store that may hold a change. SQLite takes an empty one as missing. */
export function hasJournal(path: string): boolean {
  return (statSync(`${path}-journal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

/** For a store with such a file: a change may have been cut off, and only a process that writes can take it back. */
export function journalLeft(path: string): StoreUnusable {
  return new StoreUnusable(
    `${path}-journal may hold a part of a change that was cut off, and reading alone cannot take that back. ` +
      "Nothing was changed. Start a server with this store once, then try again.",
  );
}

/** Reads a store without changing it. Throws `journalLeft` where the reason that it cannot be read is such a file. */
export function tellingJournal<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw isReadOnly(error) && hasJournal(path) ? journalLeft(path) : error;
  }
}

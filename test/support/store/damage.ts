import { Database } from "bun:sqlite";
import { readFileSync, writeFileSync } from "node:fs";

export const PAGE_BYTES = 4096;

/** Where the pages of a table or an index begin in the file, in bytes. */
export function pageOf(path: string, name: string): number {
  using database = new Database(path, { readonly: true });
  const root = database.query<{ rootpage: number }, [string]>(
    "SELECT rootpage FROM sqlite_schema WHERE name = ?",
  );
  return ((root.get(name)?.rootpage ?? 0) - 1) * PAGE_BYTES;
}

/** Changes one letter of an id in the pages of one index alone: a quick check does not find it. */
export function renameInIndex(path: string, index: string, id: string): void {
  const bytes = readFileSync(path);
  bytes.write("!", bytes.indexOf(id, pageOf(path, index)) + id.length - 1);
  writeFileSync(path, bytes);
}

import { chmodSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { DataDirectory } from "../../../src/store/sqlite/file/data-directory.ts";
import { openDatabase } from "../../../src/store/sqlite/file/database.ts";
import { inspectDatabase } from "../../../src/store/sqlite/inspect/inspection.ts";
import { TemporaryDirectory } from "../temporary.ts";

/** A data directory that everybody may look into, as an operator may have made it. */
export class PublicDirectory extends TemporaryDirectory {
  readonly directory: DataDirectory;

  constructor() {
    super();
    chmodSync(this.path, 0o755);
    this.directory = new DataDirectory(this.path);
  }
}

/** The two ways to a store: to change it, and to look at it. */
export const WAYS = [
  (directory: DataDirectory) => openDatabase(directory).close(),
  (directory: DataDirectory) => inspectDatabase(directory, () => undefined),
];

/** The mode of every file in a directory, as `600`. */
export function modes(directory: DataDirectory): Readonly<Record<string, string>> {
  const names = readdirSync(directory.path).sort();
  return Object.fromEntries(
    names.map((name) => [name, (statSync(join(directory.path, name)).mode & 0o777).toString(8)]),
  );
}

/** Makes a store that fills several pages of its file, and closes it. */
export function makeStore(directory: DataDirectory): void {
  using database = openDatabase(directory);
  const insert = database.query(
    "INSERT INTO token (digest, id, access, description, hint, created_at) VALUES (randomblob(32), ?, 'read', 'a', 'abcd', 1)",
  );
  database.transaction(() => {
    // The ids of a store come in order.
    for (const id of Array.from({ length: 200 }, (_, count) => `atok_${count}`).sort()) insert.run(id);
  })();
}

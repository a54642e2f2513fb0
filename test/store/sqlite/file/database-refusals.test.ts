import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DataDirectory } from "../../../../src/store/sqlite/file/data-directory.ts";
import { openDatabase } from "../../../../src/store/sqlite/file/database.ts";
import { SCHEMA_VERSION } from "../../../../src/store/sqlite/schema.ts";
import { Child } from "../../../support/store/child.ts";
import { PAGE_BYTES } from "../../../support/store/damage.ts";
import { makeStore, modes, WAYS } from "../../../support/store/data-directory.ts";
import { unusable } from "../../../support/store/unusable.ts";
import { useDirectory } from "../../../support/store/use.ts";

const directory = useDirectory();

/** The user that an unprivileged child becomes, if this runs as root. */
const NOBODY = 65_534;

const NOISE = Buffer.alloc(512, 0xa5);

/** Overwrites part of a file in the middle of it. */
function overwrite(path: string, at: number, bytes: Uint8Array): void {
  const file = readFileSync(path);
  file.set(bytes, at);
  writeFileSync(path, file);
}

/** Runs statements on the file in the place of the store. */
function run(...statements: readonly string[]): void {
  using database = new Database(directory.database);
  for (const statement of statements) database.run(statement);
}

const put = (content: string) => () => writeFileSync(directory.database, content);

/** Makes a store, and spoils it. */
function putSpoilt(spoil: (path: string) => void): () => void {
  return () => {
    makeStore(directory);
    spoil(directory.database);
  };
}

const NO_STORE = " is not a Publisher store, or its beginning is damaged.";
const DAMAGED = " is damaged: ";
const NEWER = ` was written by a newer Publisher (schema ${SCHEMA_VERSION + 1}; this one knows up to ${SCHEMA_VERSION}). Use that version or a later one.`;

/** The sentence when opening a store and when looking at it, which both leave it as it is. */
function expectRefused(sentence: string): void {
  chmodSync(directory.database, 0o640);
  const before = readFileSync(directory.database);
  for (const way of WAYS) {
    const message = unusable(() => way(directory));
    expect(message).toStartWith(`${directory.database}${sentence}`);
    expect(message).toMatch(
      /left as it is(\.|; "publisher restore" puts .*\.|\. If your store was here, run .*\.)$/,
    );
    expect(message).not.toContain("\n");
  }
  expect(readFileSync(directory.database).equals(before)).toBe(true);
  expect(modes(directory)).toMatchObject({ "publisher.db": "640" });
}

test.each<[name: string, put: () => void, sentence: string]>([
  ["a text", put("Dear diary,\n"), NO_STORE],
  ["a long text", put("Dear diary,\n".repeat(9999)), NO_STORE],
  ["one byte", put("S"), NO_STORE],
  ["the first bytes of a database and no more", put("SQLite format 3\0"), DAMAGED],
  ["a newer Publisher's store", putSpoilt(() => run(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`)), NEWER],
  ["a store without its end", putSpoilt((path) => truncateSync(path, 2 * PAGE_BYTES)), DAMAGED],
  ["a store without most of its first page", putSpoilt((path) => truncateSync(path, 200)), DAMAGED],
  [
    "a store that is cut in the middle of a page",
    putSpoilt((path) => truncateSync(path, readFileSync(path).length - PAGE_BYTES / 2)),
    DAMAGED,
  ],
  ["a store with an overwritten schema", putSpoilt((path) => overwrite(path, 100, NOISE)), DAMAGED],
])("%s is refused, and stays as it is", (_, put, sentence) => {
  put();
  expectRefused(sentence);
});

test.each<[string, ...string[]]>([
  ["CREATE TABLE diary (entry TEXT)"],
  ["PRAGMA application_id = 42", `PRAGMA user_version = ${SCHEMA_VERSION}`],
  ["PRAGMA journal_mode = WAL", "CREATE TABLE token (id TEXT)"],
])("another program's database is refused, and stays as it is: %s", (...statements) => {
  run(...statements);
  expectRefused(" is the database of another program.");
});

test.each([
  ["DROP TABLE cursor_key", "cursor_key is missing or was changed"],
  ["DROP TRIGGER token_stays_revoked", "token_stays_revoked is missing or was changed"],
  [
    "DROP TRIGGER token_stays_revoked; CREATE TRIGGER token_stays_revoked AFTER UPDATE ON token BEGIN SELECT 1; END",
    "token_stays_revoked is missing or was changed",
  ],
  ["CREATE TABLE other (x TEXT)", "other is not Publisher's"],
  [
    "CREATE TRIGGER _litestream_seq AFTER INSERT ON token BEGIN DELETE FROM token_use; END",
    "_litestream_seq is not Publisher's",
  ],
])("a store is damaged after %s", (sql, fault) => {
  putSpoilt(() => run(sql))();
  expectRefused(`${DAMAGED}its part ${fault}. It was left as it is`);
});

test("a store is damaged whichever of its pages was overwritten", () => {
  makeStore(directory);
  const sound = readFileSync(directory.database);
  expect(sound.length).toBeGreaterThanOrEqual(6 * PAGE_BYTES);
  for (let at = PAGE_BYTES; at < sound.length; at += PAGE_BYTES) {
    writeFileSync(directory.database, sound);
    overwrite(directory.database, at, NOISE);
    expectRefused(DAMAGED);
  }
});

test("a directory in the place of the store is refused, and stays", () => {
  mkdirSync(directory.database);
  writeFileSync(join(directory.database, "kept"), "");
  expect(unusable(() => openDatabase(directory))).toStartWith(`${directory.database} is a directory. `);
  expect(readdirSync(directory.database)).toEqual(["kept"]);
});

test.each<[right: string, mode: number, fileMode: number | null, opened: string, sentence: string]>([
  ["make a data directory", 0o555, null, "data/new", "The data directory DATA/new cannot be made: "],
  ["write the data directory", 0o555, null, "data", "The data directory DATA cannot be written: "],
  ["read the store", 0o755, 0o000, "data", "The store DATA/publisher.db cannot be opened: "],
  ["write the store", 0o700, 0o400, "data", "The store can be read but not written."],
])("a user who may not %s gets a sentence", async (_, mode, fileMode, opened, sentence) => {
  const data = new DataDirectory(join(directory.path, "data"));
  mkdirSync(data.path);
  if (fileMode !== null) {
    makeStore(data);
    chmodSync(data.database, fileMode);
    if (process.getuid?.() === 0)
      for (const path of [data.path, data.database]) chownSync(path, NOBODY, NOBODY);
  }
  chmodSync(data.path, mode);
  await using child = new Child("openUnprivileged", join(directory.path, opened));
  const message = (await child.line()).replaceAll(data.path, "DATA");
  expect(message).toStartWith(`StoreUnusable: ${sentence}`);
  if (sentence.endsWith(": ")) expect(message).toEndWith(": permission denied.");
  if (fileMode === null) expect(readdirSync(data.path)).toEqual([]);
});

test("a store that Litestream copies, which makes tables of its own there, is not damaged", () => {
  makeStore(directory);
  run(
    "CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER)",
    "CREATE TABLE _litestream_lock (id INTEGER)",
  );
  openDatabase(directory).close();
});

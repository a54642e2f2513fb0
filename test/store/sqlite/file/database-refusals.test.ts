import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DataDirectory } from "../../../../src/store/sqlite/file/data-directory.ts";
import { openDatabase } from "../../../../src/store/sqlite/file/database.ts";
import { SCHEMA_VERSION } from "../../../../src/store/sqlite/schema.ts";
import { Child } from "../../../support/store/child.ts";
import { makeStore, modes, WAYS } from "../../../support/store/data-directory.ts";
import { unusable } from "../../../support/store/unusable.ts";
import { useDirectory } from "../../../support/store/use.ts";

const directory = useDirectory();

/** The user that an unprivileged child becomes, if this runs as root. */
const NOBODY = 65_534;

const PAGE_BYTES = 4096;
const NOISE = Buffer.alloc(512, 0xa5);

/** Overwrites part of a file in the middle of it. */
function overwrite(path: string, at: number, bytes: Uint8Array): void {
  const file = readFileSync(path);
  file.set(bytes, at);
  writeFileSync(path, file);
}

function otherDatabase(path: string, ...statements: readonly string[]): void {
  using database = new Database(path);
  for (const statement of statements) database.run(statement);
}

const NO_STORE = " is not a Publisher store, or its beginning is damaged.";
const FOREIGN = " is the database of another program.";
const DAMAGED = " is damaged: ";
const NEWER = ` was written by a newer Publisher (schema ${SCHEMA_VERSION + 1}; this one knows up to ${SCHEMA_VERSION}). Use that version or a later one.`;

/** Files in the place of the store, and the sentence about each. */
const UNUSABLE: Readonly<Record<string, readonly [content: string | readonly string[], sentence: string]>> = {
  "a text": ["Dear diary,\n", NO_STORE],
  "a long text": ["Dear diary,\n".repeat(9999), NO_STORE],
  "one byte": ["S", NO_STORE],
  "the first bytes of a database and no more": ["SQLite format 3\0", DAMAGED],
  "another program's database": [["CREATE TABLE diary (entry TEXT)"], FOREIGN],
  "another program's database with an id of its own": [
    ["PRAGMA application_id = 42", `PRAGMA user_version = ${SCHEMA_VERSION}`],
    FOREIGN,
  ],
  "another program's database in WAL mode": [
    ["PRAGMA journal_mode = WAL", "CREATE TABLE token (id TEXT)"],
    FOREIGN,
  ],
};

/** Changes to a store that make it unusable, and the sentence about each. */
const SPOILT: Readonly<
  Record<string, readonly [spoil: (path: string, size: number) => void, sentence: string]>
> = {
  "a newer Publisher's store": [
    (path) => otherDatabase(path, `PRAGMA user_version = ${SCHEMA_VERSION + 1}`),
    NEWER,
  ],
  "a store without its end": [(path) => truncateSync(path, 2 * PAGE_BYTES), DAMAGED],
  "a store without most of its first page": [(path) => truncateSync(path, 200), DAMAGED],
  "a store that is cut in the middle of a page": [
    (path, size) => truncateSync(path, size - PAGE_BYTES / 2),
    DAMAGED,
  ],
  "a store with an overwritten schema": [(path) => overwrite(path, 100, NOISE), DAMAGED],
};

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

test.each(Object.keys(UNUSABLE))("%s is refused, and stays as it is", (name) => {
  const [content = "", sentence = ""] = UNUSABLE[name] ?? [];
  if (typeof content === "string") writeFileSync(directory.database, content);
  else otherDatabase(directory.database, ...content);
  expectRefused(sentence);
});

test.each(Object.keys(SPOILT))("%s is refused, and stays as it is", (name) => {
  const [spoil, sentence = ""] = SPOILT[name] ?? [];
  makeStore(directory);
  spoil?.(directory.database, statSync(directory.database).size);
  expectRefused(sentence);
});

test("a store is damaged whichever of its pages was overwritten", () => {
  makeStore(directory);
  const sound = readFileSync(directory.database);
  expect(sound.length).toBeGreaterThanOrEqual(6 * PAGE_BYTES);
  for (let at = PAGE_BYTES; at < sound.length; at += PAGE_BYTES) {
    writeFileSync(directory.database, sound);
    overwrite(directory.database, at, NOISE);
    const before = readFileSync(directory.database);
    expect(unusable(() => openDatabase(directory))).toContain(" is damaged: ");
    expect(readFileSync(directory.database).equals(before)).toBe(true);
  }
});

test("a directory in the place of the store is fault, and stays", () => {
  mkdirSync(directory.database);
  writeFileSync(join(directory.database, "kept"), "");
  expect(unusable(() => openDatabase(directory))).toStartWith(`${directory.database} is a directory. `);
  expect(readdirSync(directory.database)).toEqual(["kept"]);
});

/** Opens the store of a data directory below the test's as a user without rights; returns the message. */
async function openedUnprivileged(mode: number, fileMode: number | null = null): Promise<string> {
  const data = new DataDirectory(join(directory.path, "data"));
  mkdirSync(data.path);
  if (fileMode !== null) {
    makeStore(data);
    chmodSync(data.database, fileMode);
    if (process.getuid?.() === 0)
      for (const path of [data.path, data.database]) chownSync(path, NOBODY, NOBODY);
  }
  chmodSync(data.path, mode);
  await using child = new Child("openUnprivileged", data.path);
  return (await child.line()).replaceAll(data.path, "DATA");
}

describe("a user who may not", () => {
  test("make a data directory gets a sentence", async () => {
    const parent = join(directory.path, "parent");
    mkdirSync(parent, { mode: 0o555 });
    await using child = new Child("openUnprivileged", join(parent, "data"));
    expect(await child.line()).toBe(
      `StoreUnusable: The data directory ${join(parent, "data")} cannot be made: permission denied.`,
    );
  });

  test.each([
    [
      "write the data directory",
      0o555,
      null,
      "The data directory DATA cannot be written: permission denied.",
    ],
    ["read the store", 0o755, 0o000, "The store DATA/publisher.db cannot be opened: permission denied."],
    ["write the store", 0o700, 0o400, "The store can be read but not written."],
  ])("%s gets a sentence", async (_, mode, fileMode, sentence) => {
    expect(await openedUnprivileged(mode, fileMode)).toStartWith(`StoreUnusable: ${sentence}`);
    if (fileMode === null) expect(readdirSync(join(directory.path, "data"))).toEqual([]);
  });
});

describe("a store is damaged that", () => {
  test.each([
    ["lacks a table", "DROP TABLE cursor_key", "its part cursor_key is missing or was changed"],
    [
      "would let a revoked token come back",
      "DROP TRIGGER token_stays_revoked",
      "its part token_stays_revoked is missing or was changed",
    ],
    [
      "has a trigger that does nothing any more",
      "DROP TRIGGER token_stays_revoked; CREATE TRIGGER token_stays_revoked AFTER UPDATE ON token BEGIN SELECT 1; END",
      "its part token_stays_revoked is missing or was changed",
    ],
    ["has something beside", "CREATE TABLE other (x TEXT)", "its part other is not Publisher's"],
    [
      "has a trigger under a name of Litestream's",
      "CREATE TRIGGER _litestream_seq AFTER INSERT ON token BEGIN DELETE FROM token_use; END",
      "its part _litestream_seq is not Publisher's",
    ],
  ])("%s", (_, sql, fault) => {
    makeStore(directory);
    otherDatabase(directory.database, sql);
    for (const way of WAYS)
      expect(unusable(() => way(directory))).toContain(`is damaged: ${fault}. It was left as it is`);
  });

  test("is fault from one that Litestream copies, which makes tables of its own there", () => {
    makeStore(directory);
    otherDatabase(
      directory.database,
      "CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER)",
      "CREATE TABLE _litestream_lock (id INTEGER)",
    );
    openDatabase(directory).close();
  });
});

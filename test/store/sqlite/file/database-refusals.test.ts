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
import { inspectDatabase } from "../../../../src/store/sqlite/inspect/inspection.ts";
import { SCHEMA_VERSION } from "../../../../src/store/sqlite/schema.ts";
import { Child } from "../../../support/store/child.ts";
import { makeStore, modes, PublicDirectory } from "../../../support/store/data-directory.ts";
import { unusable } from "../../../support/store/unusable.ts";

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

/** What may lie where the store should be, and what is said of it. */
const UNUSABLE: readonly [string, (directory: DataDirectory) => void, RegExp][] = [
  [
    "a text",
    ({ database }) => writeFileSync(database, "Dear diary,\n"),
    / is not a Publisher store, or its beginning is damaged\./,
  ],
  [
    "a long text",
    ({ database }) => writeFileSync(database, "Dear diary,\n".repeat(9999)),
    / is not a Publisher store, or its beginning is damaged\./,
  ],
  [
    "one byte",
    ({ database }) => writeFileSync(database, "S"),
    / is not a Publisher store, or its beginning is damaged\./,
  ],
  [
    "the first bytes of a database and no more",
    ({ database }) => writeFileSync(database, "SQLite format 3\0"),
    / is damaged: /,
  ],
  [
    "another program's database",
    ({ database }) => otherDatabase(database, "CREATE TABLE diary (entry TEXT)"),
    / is the database of another program\./,
  ],
  [
    "another program's database with a mark of its own",
    ({ database }) =>
      otherDatabase(database, "PRAGMA application_id = 42", `PRAGMA user_version = ${SCHEMA_VERSION}`),
    / is the database of another program\./,
  ],
  [
    "another program's database in WAL mode",
    ({ database }) => otherDatabase(database, "PRAGMA journal_mode = WAL", "CREATE TABLE token (id TEXT)"),
    / is the database of another program\./,
  ],
  [
    "a newer Publisher's store",
    (directory) => {
      makeStore(directory);
      otherDatabase(directory.database, `PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
    },
    new RegExp(
      ` was written by a newer Publisher \\(schema ${SCHEMA_VERSION + 1}; this one knows up to ${SCHEMA_VERSION}\\)\\. ` +
        "Use that version or a later one\\.",
    ),
  ],
  [
    "a store without its end",
    (directory) => {
      makeStore(directory);
      truncateSync(directory.database, 2 * PAGE_BYTES);
    },
    / is damaged: /,
  ],
  [
    "a store without most of its first page",
    (directory) => {
      makeStore(directory);
      truncateSync(directory.database, 200);
    },
    / is damaged: /,
  ],
  [
    "a store that is cut in the middle of a page",
    (directory) => {
      makeStore(directory);
      truncateSync(directory.database, statSync(directory.database).size - PAGE_BYTES / 2);
    },
    / is damaged: /,
  ],
  [
    "a store whose schema was overwritten",
    (directory) => {
      makeStore(directory);
      overwrite(directory.database, 100, NOISE);
    },
    / is damaged: /,
  ],
];

describe.each(UNUSABLE)("%s", (_, put, sentence) => {
  test.each([
    { way: "opening", open: (directory: DataDirectory) => openDatabase(directory).close() },
    { way: "looking at", open: (directory: DataDirectory) => inspectDatabase(directory, () => undefined) },
  ])("is told when $way it, and stays as it is", ({ open }) => {
    using temporary = new PublicDirectory();
    const { directory } = temporary;
    put(directory);
    chmodSync(directory.database, 0o640);
    const before = readFileSync(directory.database);
    const told = unusable(() => open(directory));
    expect(told).toStartWith(`${directory.database} `);
    expect(told).toMatch(sentence);
    expect(told).toMatch(
      /left as it is(\.|; "publisher restore" puts .*\.|\. If your store was here, run .*\.)$/,
    );
    expect(told).not.toContain("\n");
    expect(readFileSync(directory.database).equals(before)).toBe(true);
    expect(modes(directory)).toMatchObject({ "publisher.db": "640" });
  });
});

test("a store is damaged whichever of its pages was overwritten", () => {
  using temporary = new PublicDirectory();
  const { directory } = temporary;
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

test("a directory in the place of the store is told, and stays", () => {
  using temporary = new PublicDirectory();
  const { directory } = temporary;
  mkdirSync(directory.database);
  writeFileSync(join(directory.database, "kept"), "");
  expect(unusable(() => openDatabase(directory))).toStartWith(`${directory.database} is a directory. `);
  expect(readdirSync(directory.database)).toEqual(["kept"]);
});

describe("a user who may not", () => {
  test("make a data directory is told so", async () => {
    using temporary = new PublicDirectory();
    const parent = join(temporary.path, "parent");
    mkdirSync(parent, { mode: 0o555 });
    await using child = new Child("openUnprivileged", join(parent, "data"));
    expect(await child.line()).toBe(
      `StoreUnusable: The data directory ${join(parent, "data")} cannot be made: permission denied.`,
    );
  });

  test("write the data directory is told so, and leaves nothing there", async () => {
    using temporary = new PublicDirectory();
    const data = new DataDirectory(join(temporary.path, "data"));
    mkdirSync(data.path, { mode: 0o555 });
    await using child = new Child("openUnprivileged", data.path);
    expect(await child.line()).toBe(
      `StoreUnusable: The data directory ${data.path} cannot be written: permission denied.`,
    );
    expect(readdirSync(data.path)).toEqual([]);
  });

  test("read the store is told so", async () => {
    using temporary = new PublicDirectory();
    const data = new DataDirectory(join(temporary.path, "data"));
    mkdirSync(data.path);
    makeStore(data);
    if (process.getuid?.() === 0) chownSync(data.path, NOBODY, NOBODY);
    chmodSync(data.path, 0o755);
    chmodSync(data.database, 0o000);
    await using child = new Child("openUnprivileged", data.path);
    expect(await child.line()).toBe(
      `StoreUnusable: The store ${data.database} cannot be opened: permission denied.`,
    );
  });
});

describe("a store that can only be read", () => {
  test("is refused by a user who may not write it", async () => {
    using temporary = new PublicDirectory();
    const data = new DataDirectory(join(temporary.path, "data"));
    mkdirSync(data.path);
    makeStore(data);
    chmodSync(data.database, 0o400);
    if (process.getuid?.() === 0)
      for (const path of [data.path, data.database]) chownSync(path, NOBODY, NOBODY);
    await using child = new Child("openUnprivileged", data.path);
    expect(await child.line()).toStartWith("StoreUnusable: The store can be read but not written.");
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
    ["has something beside", "CREATE TABLE other (x TEXT)", "its part other is not Publisher's"],
    [
      "has a trigger under a name of Litestream's",
      "CREATE TRIGGER _litestream_seq AFTER INSERT ON token BEGIN DELETE FROM token_use; END",
      "its part _litestream_seq is not Publisher's",
    ],
  ])("%s", (_, sql, told) => {
    using temporary = new PublicDirectory();
    const { directory } = temporary;
    makeStore(directory);
    using database = new Database(directory.database);
    database.run(sql);
    database.close();
    for (const open of [openDatabase, (each: DataDirectory) => inspectDatabase(each, () => undefined)]) {
      expect(unusable(() => open(directory))).toContain(`is damaged: ${told}. It was left as it is`);
    }
  });

  test("is told from one that Litestream copies, which makes tables of its own there", () => {
    using temporary = new PublicDirectory();
    const { directory } = temporary;
    makeStore(directory);
    otherDatabase(
      directory.database,
      "CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER)",
      "CREATE TABLE _litestream_lock (id INTEGER)",
    );
    openDatabase(directory).close();
  });
});

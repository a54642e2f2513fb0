import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { copyStore } from "../../../../src/store/sqlite/backup/store-copy.ts";
import { openDatabase } from "../../../../src/store/sqlite/file/database.ts";
import { checkIntegrity } from "../../../../src/store/sqlite/inspect/integrity-check.ts";
import { APPLICATION_ID, SCHEMA_VERSION } from "../../../../src/store/sqlite/schema.ts";
import { withoutUmask } from "../../../support/executable/umask.ts";
import { makeStore, PublicDirectory } from "../../../support/store/data-directory.ts";
import { OLD_SCHEMAS } from "../../../support/store/old-schemas.ts";
import { row } from "../../../support/store/store.ts";
import { unusable } from "../../../support/store/unusable.ts";

describe("a copy of a store", () => {
  test("is one file at rest for its owner alone, with everything that was committed", () => {
    using temporary = new PublicDirectory();
    const { directory } = temporary;
    makeStore(directory);
    using database = openDatabase(directory);
    database.run(
      "INSERT INTO token (digest, id, access, hint, created_at) VALUES (randomblob(32), 'atok_new', 'read', 'abcd', 1)",
    );
    const to = join(temporary.path, "copy.db");
    const steps: string[] = [];
    withoutUmask(() => {
      const soundness = copyStore({ from: directory, to, onStep: (step) => void steps.push(step) });
      expect(soundness).toEqual({
        schemaVersion: SCHEMA_VERSION,
        tokens: 201,
        auditEvents: 0,
        restoration: null,
      });
    });
    expect(steps).toEqual(["checking the store", "copying", "checking the copy"]);
    expect((statSync(to).mode & 0o777).toString(8)).toBe("600");
    using copy = new Database(to, { readonly: true });
    expect(row(copy, "SELECT in_use FROM store_state")).toEqual({ in_use: 0 });
    expect(row(copy, "PRAGMA application_id")).toEqual({ application_id: APPLICATION_ID });
    expect(row(copy, "PRAGMA journal_mode")).toEqual({ journal_mode: "delete" });
  });

  test("is not made of a damaged store", () => {
    using temporary = new PublicDirectory();
    const { directory } = temporary;
    makeStore(directory);
    using database = new Database(directory.database);
    database.run("DELETE FROM cursor_key");
    database.close();
    const to = join(temporary.path, "copy.db");
    expect(unusable(() => copyStore({ from: directory, to }))).toContain(
      "is damaged: the key of the cursors is missing",
    );
    expect(existsSync(to)).toBe(false);
  });

  test("is not made of a store with an index that does not fit, which is told of the store and not of the copy", () => {
    using temporary = new PublicDirectory();
    const { directory } = temporary;
    {
      using made = openDatabase(directory);
      made.run(
        "INSERT INTO token (digest, id, access, hint, created_at) VALUES (randomblob(32), 'atok_10', 'read', 'abcd', 1)",
      );
    }
    using database = new Database(directory.database, { readonly: true });
    const root = row(database, "SELECT rootpage FROM sqlite_schema WHERE name = 'token_not_revoked'");
    const bytes = readFileSync(directory.database);
    const start = (Number(root.rootpage) - 1) * 4096;
    bytes.write("!", bytes.indexOf("atok_10", start) + 6);
    writeFileSync(directory.database, bytes);
    const to = join(temporary.path, "copy.db");
    const told = unusable(() => copyStore({ from: directory, to }));
    expect(told).toStartWith(`${directory.database} is damaged:`);
    expect(told).toContain("token_not_revoked");
    expect(existsSync(to)).toBe(false);
  });

  test("leaves nothing behind where it cannot be written", () => {
    using temporary = new PublicDirectory();
    const { directory } = temporary;
    makeStore(directory);
    const before = readdirSync(temporary.path);
    const to = join(temporary.path, "missing", "copy.db");
    expect(unusable(() => copyStore({ from: directory, to }))).toBe(
      `The copy ${to} cannot be written: it does not exist.`,
    );
    expect(readdirSync(temporary.path)).toEqual(before);
  });
});

/** Faults that SQLite cannot see. */
const UNKNOWN_TO_SQLITE: readonly (readonly [sql: string, fault: string])[] = [
  ["UPDATE token SET id = 'atok_!' WHERE id = 'atok_1'", "a token has a malformed id: atok_!"],
  ["UPDATE token SET id = 'btok_1' WHERE id = 'atok_1'", "a token has a malformed id: btok_1"],
  [
    "UPDATE token SET replaced_by = 'x' WHERE id = 'atok_1'",
    "a token was replaced by a malformed id: atok_1",
  ],
  ["UPDATE token SET created_at = -1 WHERE id = 'atok_1'", "a token has an impossible time: atok_1"],
  ["UPDATE token SET expires_at = 1 << 60 WHERE id = 'atok_1'", "a token has an impossible time: atok_1"],
  [
    "INSERT INTO audit_event (id, at, action, target, changes) VALUES ('aevt_', 1, 'api-token.revoke', 'atok_1', '{}')",
    "an audit event has a malformed id: aevt_",
  ],
  [
    "INSERT INTO audit_event (id, at, action, target, changes) VALUES ('aevt_1', 1, 'api-token.rdvoke', 'atok_1', '{}')",
    "an audit event has an unknown action or an impossible time: aevt_1",
  ],
  [
    "INSERT INTO audit_event (id, at, action, target, changes) VALUES ('aevt_1', 1, 'api-token.revoke', 'atok_1', '[]')",
    "an audit event has changes that cannot be read: aevt_1",
  ],
  [
    "INSERT INTO audit_event (id, at, action, target, changes) VALUES ('aevt_1', 1, 'api-token.revoke', 'atok_1', '{\"revoked_at\":1}')",
    "a token is not revoked as its audit event says: atok_1",
  ],
  [
    "INSERT INTO audit_event (id, at, action, target, changes) VALUES ('aevt_1', 1, 'api-token.create', 'atok_1', '{\"access\":\"write\"}')",
    "a token is not of the access that its audit event says: atok_1",
  ],
  [
    "INSERT INTO audit_event (id, at, action, target, changes) VALUES ('aevt_1', 1, 'api-token.create', 'atok_1', '{\"audiences\":[\"wiki\"]}')",
    "a token is not for the services that its audit event says: atok_1",
  ],
  [
    "INSERT INTO audit_event (id, at, action, target, changes) VALUES ('aevt_1', 1, 'api-token.create', 'atok_1', '{\"expires_at\":null}'), ('aevt_2', 1, 'api-token.update', 'atok_1', '{\"expires_at\":9}')",
    "a token does not expire as its last audit event says: atok_1",
  ],
  ["DELETE FROM store_state", "the word whether it is in use is missing"],
  ["DELETE FROM cursor_key", "the key of the cursors is missing"],
];

test.each(UNKNOWN_TO_SQLITE)("a store is damaged after %s", (sql, fault) => {
  using temporary = new PublicDirectory();
  const { directory } = temporary;
  makeStore(directory);
  expect(checkIntegrity(directory).tokens).toBe(200);
  {
    using database = new Database(directory.database);
    const trigger = row(database, "SELECT sql FROM sqlite_schema WHERE name = 'token_keeps_its_secret'");
    database.run("DROP TRIGGER token_keeps_its_secret");
    database.run(sql);
    database.run(String(trigger.sql));
  }
  const told = unusable(() => checkIntegrity(directory));
  expect(told).toMatch(/ is damaged:/);
  expect(told).toContain(fault);
});

test("a store of every schema is sound", () => {
  for (const { version, sql } of OLD_SCHEMAS) {
    using temporary = new PublicDirectory();
    mkdirSync(temporary.path, { recursive: true });
    writeFileSync(temporary.directory.database, "");
    using database = new Database(temporary.directory.database);
    database.run(sql);
    database.close();
    expect(checkIntegrity(temporary.directory).schemaVersion).toBe(version);
  }
});

import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { copyStore } from "../../../../src/store/sqlite/backup/store-copy.ts";
import { openDatabase } from "../../../../src/store/sqlite/file/database.ts";
import { checkIntegrity } from "../../../../src/store/sqlite/inspect/integrity-check.ts";
import { APPLICATION_ID, SCHEMA_VERSION } from "../../../../src/store/sqlite/schema.ts";
import { withoutUmask } from "../../../support/executable/umask.ts";
import { renameInIndex } from "../../../support/store/damage.ts";
import { makeStore } from "../../../support/store/data-directory.ts";
import { OLD_SCHEMAS } from "../../../support/store/old-schemas.ts";
import { row } from "../../../support/store/store.ts";
import { unusable } from "../../../support/store/unusable.ts";
import { useDirectory } from "../../../support/store/use.ts";

const directory = useDirectory();

const ADD =
  "INSERT INTO token (digest, id, access, hint, created_at) VALUES (randomblob(32), 'atok_new', 'read', 'abcd', 1)";

/** The message where no copy is made, which leaves nothing behind. */
function refusedCopy(to = join(directory.path, "copy.db")): string {
  const before = readdirSync(directory.path);
  const message = unusable(() => copyStore({ from: directory, to }));
  expect(readdirSync(directory.path)).toEqual(before);
  return message;
}

test("a copy of a store is one file at rest for its owner alone, with everything that was committed", () => {
  makeStore(directory);
  using database = openDatabase(directory);
  database.run(ADD);
  const to = join(directory.path, "copy.db");
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

test("a copy of a store is not made of a damaged store", () => {
  makeStore(directory);
  using database = new Database(directory.database);
  database.run("DELETE FROM cursor_key");
  expect(refusedCopy()).toContain("is damaged: the key of the cursors is missing");
});

test("a copy of a store is not made of a store with an index that does not fit, which is told of the store and not of the copy", () => {
  using database = openDatabase(directory);
  database.run(ADD);
  database.close();
  renameInIndex(directory.database, "token_id", "atok_new");
  const told = refusedCopy();
  expect(told).toStartWith(`${directory.database} is damaged:`);
  expect(told).toContain("token_id");
});

test("a copy of a store leaves nothing behind where it cannot be written", () => {
  makeStore(directory);
  const to = join(directory.path, "missing", "copy.db");
  expect(refusedCopy(to)).toBe(`The copy ${to} cannot be written: it does not exist.`);
});

/** Adds an event of a token to the store. */
function event(changes: string, action = "create", id = "aevt_1"): string {
  return `INSERT INTO audit_event (id, at, action, target, changes) VALUES ('${id}', 1, 'api-token.${action}', 'atok_1', '${changes}')`;
}

function change(values: string): string {
  return `UPDATE token SET ${values} WHERE id = 'atok_1'`;
}

/** Faults that SQLite cannot see. */
test.each<[fault: string, ...sql: string[]]>([
  ["a token has a malformed id: atok_!", change("id = 'atok_!'")],
  ["a token has a malformed id: btok_1", change("id = 'btok_1'")],
  ["a token was replaced by a malformed id: atok_1", change("replaced_by = 'x'")],
  ["a token has an impossible time: atok_1", change("created_at = -1")],
  ["a token has an impossible time: atok_1", change("expires_at = 1 << 60")],
  ["an audit event has a malformed id: aevt_", event("{}", "revoke", "aevt_")],
  ["an audit event has an unknown action or an impossible time: aevt_1", event("{}", "rdvoke")],
  ["an audit event has changes that cannot be read: aevt_1", event("[]", "revoke")],
  ["a token is not revoked as its audit event says: atok_1", event('{"revoked_at":1}', "revoke")],
  ["a token is not of the access that its audit event says: atok_1", event('{"access":"write"}')],
  ["a token is not for the services that its audit event says: atok_1", event('{"audiences":["wiki"]}')],
  [
    "a token does not expire as its last audit event says: atok_1",
    event('{"expires_at":null}'),
    event('{"expires_at":9}', "update", "aevt_2"),
  ],
  ["the flag that it is in use is missing", "DELETE FROM store_state"],
  ["the key of the cursors is missing", "DELETE FROM cursor_key"],
  ["the number of a token is not in the order of ids: atok_1", change("seq = 999")],
  ["the count of the tokens of a kind is wrong", "UPDATE token_count SET tokens = tokens + 1"],
  ["the list of the tokens of an audience is wrong", "INSERT INTO token_audience VALUES ('wiki', 1)"],
])("a store is damaged: %s", (fault, ...changes) => {
  makeStore(directory);
  expect(checkIntegrity(directory).tokens).toBe(200);
  using database = new Database(directory.database);
  const trigger = row(database, "SELECT sql FROM sqlite_schema WHERE name = 'token_keeps_its_secret'");
  for (const sql of ["DROP TRIGGER token_keeps_its_secret", ...changes, String(trigger.sql)])
    database.run(sql);
  database.close();
  const told = unusable(() => checkIntegrity(directory));
  expect(told).toMatch(/ is damaged:/);
  expect(told).toContain(fault);
});

test.each([...OLD_SCHEMAS])("a store of schema $version is sound", ({ version, sql }) => {
  using database = new Database(directory.database);
  database.run(sql);
  database.close();
  expect(checkIntegrity(directory).schemaVersion).toBe(version);
});

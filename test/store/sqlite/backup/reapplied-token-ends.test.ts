import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { endAgain } from "../../../../src/store/sqlite/backup/reapplied-token-ends.ts";
import { consistencyFaults } from "../../../../src/store/sqlite/consistency-rules.ts";
import { schemaText } from "../../../support/store/old-schemas.ts";
import { row } from "../../../support/store/store.ts";

/** The frozen stores have this token, active and without expiry. */
const ACTIVE = "atok_0VLID98K00000000000000";

function thawed(version: number): Database {
  const database = new Database(":memory:");
  database.run(schemaText(version));
  return database;
}

const END = { token: ACTIVE, revokedAt: 1_790_000_000, expiresAt: 1_790_000_001, replacedBy: "atok_gone" };

test.each([1, 2, 3, 4])("a token is ended as is known, once, with an event: schema %d", (version) => {
  using database = thawed(version);
  const counts = endAgain(database, [END, { ...END, token: "atok_unknown" }], null);
  const none = { revoked: 0, replaced: 0, shortened: 0, withoutSuccessor: 0 };
  const isReplaced = version > 1;
  expect(counts).toEqual({
    ...none,
    ...(isReplaced ? { replaced: 1, withoutSuccessor: 1 } : { revoked: 1 }),
  });
  expect(row(database, `SELECT revoked_at, expires_at FROM token WHERE id = '${ACTIVE}'`)).toEqual({
    revoked_at: END.revokedAt,
    expires_at: END.expiresAt,
  });
  expect(consistencyFaults(database)).toEqual([]);
  const { target, actor } = row(database, "SELECT target, actor FROM audit_event ORDER BY id DESC LIMIT 1");
  expect({ target, actor }).toEqual({ target: ACTIVE, actor: null });
  const events = row(database, "SELECT count(*) AS count FROM audit_event");
  expect(endAgain(database, [END], null)).toEqual(none);
  expect(row(database, "SELECT count(*) AS count FROM audit_event")).toEqual(events);
});

test("its audit event comes after every one of the replaced store, also if the clock is wrong", () => {
  using database = thawed(4);
  const last = "aevt_zzzzzzz000000000000000";
  endAgain(database, [END], last);
  expect(String(row(database, "SELECT max(id) AS id FROM audit_event").id) > last).toBe(true);
});

import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { ReplacedStore } from "../../../../src/store/sqlite/backup/replaced-store.ts";
import type { DataDirectory } from "../../../../src/store/sqlite/file/data-directory.ts";
import { openDatabase } from "../../../../src/store/sqlite/file/database.ts";
import type { KnownEnd } from "../../../../src/tokens/revocation/token-end.ts";
import { PAGE_BYTES, pageOf } from "../../../support/store/damage.ts";
import { makeStore } from "../../../support/store/data-directory.ts";
import { useDirectory } from "../../../support/store/use.ts";

const directory = useDirectory();

const EVENT =
  "INSERT INTO audit_event (id, at, action, target, changes) VALUES (?, 5, 'api-token.update', 'atok_7', ?)";

/** Makes a store with events of the token atok_7, whose row lacks their changes. */
function makeForgetful(directory: DataDirectory, events: readonly string[]): void {
  makeStore(directory);
  using database = openDatabase(directory);
  for (const [index, changes] of events.entries()) database.query(EVENT).run(`aevt_${index}`, changes);
}

/** The ends of the token atok_7, one for each source. */
function endsIn(replaced: ReplacedStore): readonly KnownEnd[] {
  return replaced.ends().filter(({ token }) => token === "atok_7");
}

test("a replaced store is kept from everybody else, and is one whole file", () => {
  makeStore(directory);
  {
    using replaced = ReplacedStore.open(directory);
    expect(replaced.fault).toBeNull();
    expect(readdirSync(directory.path)).toEqual(["publisher.db"]);
    using other = new Database(directory.database, { readonly: true });
    expect(() => other.query("SELECT id FROM token").get()).toThrow("database is locked");
  }
  expect(readdirSync(directory.path)).toEqual(["publisher.db"]);
  openDatabase(directory).close();
});

test("a replaced store has a fault where it lost a revocation that its events tell of, and still knows it", () => {
  makeForgetful(directory, ['{"revoked_at":5}']);
  using replaced = ReplacedStore.open(directory);
  expect(replaced.fault).toEndWith("is damaged (a token is not revoked as its audit event says: atok_7)");
  expect(endsIn(replaced)).toEqual([{ token: "atok_7", revokedAt: 5, expiresAt: null, replacedBy: null }]);
});

test("a replaced store has a fault where its beginning is damaged, in a sentence that advises nothing", () => {
  writeFileSync(directory.database, "\0\0\0\0");
  using replaced = ReplacedStore.open(directory);
  expect(replaced.fault).toBe(`${directory.database} is not a Publisher store, or its beginning is damaged`);
});

test("a replaced store has a fault where SQLite finds one in its pages alone, and knows what its events tell", () => {
  openDatabase(directory).close();
  using database = new Database(directory.database);
  database.run(
    "INSERT INTO token (digest, id, access, hint, created_at) VALUES (randomblob(32), 'atok_7', 'read', 'abcd', 1)",
  );
  const before = readFileSync(directory.database);
  database.run("UPDATE token SET revoked_at = 5 WHERE id = 'atok_7'");
  database.query(EVENT).run("aevt_1", '{"revoked_at":5}');
  database.close();
  const page = pageOf(directory.database, "token");
  const bytes = readFileSync(directory.database);
  before.copy(bytes, page, page, page + PAGE_BYTES);
  writeFileSync(directory.database, bytes);
  using replaced = ReplacedStore.open(directory);
  expect(replaced.fault).toContain("missing from index token_");
  expect(endsIn(replaced).map(({ revokedAt }) => revokedAt)).toEqual([5]);
});

test.each([900, null])("a replaced store knows the last expiry, %p, and the successor", (expiresAt) => {
  const last = JSON.stringify({ expires_at: expiresAt });
  makeForgetful(directory, ['{"expires_at":500}', last, '{"replaced_by":"atok_8"}']);
  using replaced = ReplacedStore.open(directory);
  expect(endsIn(replaced)).toEqual([{ token: "atok_7", revokedAt: null, expiresAt, replacedBy: "atok_8" }]);
});

test("a replaced store gives no time and no successor that cannot be", () => {
  makeForgetful(directory, ['{"revoked_at":-5}', '{"replaced_by":"?","expires_at":1e300}']);
  {
    using database = new Database(directory.database);
    database.run("UPDATE token SET expires_at = -5, replaced_by = '' WHERE id = 'atok_7'");
  }
  using replaced = ReplacedStore.open(directory);
  expect(replaced.fault).toContain("is damaged (");
  const nothing = { token: "atok_7", revokedAt: null, expiresAt: null, replacedBy: null };
  expect(endsIn(replaced)).toEqual([nothing, nothing]);
});

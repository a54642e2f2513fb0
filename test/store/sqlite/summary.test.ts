import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { inOnePiece } from "../../../src/store/sqlite/list/scan.ts";
import { MIGRATIONS } from "../../../src/store/sqlite/migrations/index.ts";
import { countTokens } from "../../../src/store/sqlite/summary-sql.ts";
import { SUMMARY_DAYS } from "../../../src/tokens/limits.ts";
import { summaryOf, summaryQuery } from "../../../src/tokens/summary.ts";
import { formatTime } from "../../../src/tokens/time.ts";
import { ACCESSES, STATUSES, statusAt } from "../../../src/tokens/token.ts";

const NOW = 1_780_000_000;
const DAY = 86_400;

interface Row {
  readonly access: "read" | "write";
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  readonly lastUsedAt: number | null;
  readonly reusedAt: number | null;
}

/** Every mix of access, revocation, use and an expiry at and around the moments that matter. */
function everyKind(): readonly Row[] {
  const midnight = NOW - (NOW % DAY);
  const end = midnight + SUMMARY_DAYS * DAY;
  const edges = [NOW, midnight + DAY, midnight + 7 * DAY, end].flatMap((edge) => [edge - 1, edge, edge + 1]);
  return ACCESSES.flatMap((access) =>
    [null, NOW - 50].flatMap((revokedAt) =>
      [null, NOW - 10].flatMap((lastUsedAt) =>
        [null, 1, ...edges].map((expiresAt, index) => {
          const reusedAt = [null, NOW - 7 * DAY - 1, NOW - 7 * DAY, NOW][index % 4] ?? null;
          return { access, expiresAt, revokedAt, lastUsedAt, reusedAt };
        }),
      ),
    ),
  );
}

function databaseOf(rows: readonly Row[]): Database {
  const database = new Database(":memory:", { strict: true });
  for (const migration of MIGRATIONS) database.run(migration);
  const insert = database.query(
    "INSERT INTO token (digest, id, access, hint, created_at, expires_at, revoked_at, last_used_at, reused_at) VALUES (?, ?, ?, 'hint', 0, ?, ?, ?, ?)",
  );
  for (const [index, { access, expiresAt, ...times }] of rows.entries()) {
    const { revokedAt, lastUsedAt, reusedAt } = times;
    insert.run(Buffer.alloc(32, index), `atok_${index}`, access, expiresAt, revokedAt, lastUsedAt, reusedAt);
  }
  return database;
}

test("what the store counts adds up to what counting one by one gives", async () => {
  const rows = everyKind();
  using database = databaseOf(rows);
  const summary = summaryOf(await countTokens(inOnePiece(database), summaryQuery(NOW)), NOW);

  const active = rows.filter((row) => statusAt(row, NOW) === "active");
  const counts = Object.fromEntries(
    STATUSES.map((status) => [
      status,
      Object.fromEntries(
        ACCESSES.map((access) => [
          access,
          rows.filter((row) => row.access === access && statusAt(row, NOW) === status).length,
        ]),
      ),
    ]),
  );
  expect<unknown>(summary.counts).toEqual(counts);
  expect(summary.neverUsed).toBe(active.filter(({ lastUsedAt }) => lastUsedAt === null).length);
  const since = NOW - 7 * DAY;
  expect(summary.reused).toBe(rows.filter(({ reusedAt }) => reusedAt !== null && reusedAt >= since).length);
  for (const { date, count } of summary.expiries) {
    const expiring = active.filter(
      ({ expiresAt }) => expiresAt !== null && formatTime(expiresAt).startsWith(date),
    );
    expect([date, count]).toEqual([date, expiring.length]);
  }
  expect(summary.expiries.filter(({ count }) => count > 0).length).toBeGreaterThan(3);
});

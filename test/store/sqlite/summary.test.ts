import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import fc from "fast-check";
import { consistencyFaults } from "../../../src/store/sqlite/consistency-rules.ts";
import { inOnePiece } from "../../../src/store/sqlite/list/scan.ts";
import { countTokens } from "../../../src/store/sqlite/summary-sql.ts";
import { SUMMARY_DAYS } from "../../../src/tokens/limits.ts";
import { summaryOf, summaryQuery } from "../../../src/tokens/summary.ts";
import { formatTime } from "../../../src/tokens/time.ts";
import { ACCESSES, STATUSES, statusAt, type Token } from "../../../src/tokens/token.ts";
import { moment, tokenSet } from "../../support/lists/arbitraries.ts";
import { tokenOf } from "../../support/new-token.ts";
import { useStore } from "../../support/store/use.ts";

const context = useStore();

const NOW = 1_780_000_000;
const DAY = 86_400;

/** Every mix of access, revocation, use and an expiry at and around the moments that matter. */
function everyKind(): readonly Token[] {
  const midnight = NOW - (NOW % DAY);
  const end = midnight + SUMMARY_DAYS * DAY;
  const edges = [NOW, midnight + DAY, midnight + 7 * DAY, end].flatMap((edge) => [edge - 1, edge, edge + 1]);
  const reuses = [null, NOW - 7 * DAY - 1, NOW - 7 * DAY, NOW];
  return ACCESSES.flatMap((access) =>
    [null, NOW - 50].flatMap((revokedAt) =>
      [null, NOW - 10].flatMap((lastUsedAt) =>
        [null, 1, ...edges].map((expiresAt, index) => {
          const values = { access, revokedAt, lastUsedAt, expiresAt, reusedAt: reuses[index % 4] ?? null };
          return tokenOf(JSON.stringify(values), values);
        }),
      ),
    ),
  );
}

test("the counts of a store follow each change of a token", async () => {
  const change = fc.record({
    index: fc.nat(23),
    expiresAt: fc.option(fc.oneof(moment, fc.constantFrom(0, NOW, NOW + DAY, NOW + 400 * DAY))),
    revokedAt: fc.option(moment),
    lastUsedAt: fc.option(moment),
  });
  await fc.assert(
    fc.asyncProperty(tokenSet, fc.array(change, { maxLength: 12 }), async (held, changes) => {
      context.hold(held);
      using database = new Database(context.directory.database, { readwrite: true });
      const update = database.query(
        "UPDATE token SET expires_at = ?, revoked_at = coalesce(revoked_at, ?), last_used_at = ? WHERE id = ?",
      );
      for (const { index, expiresAt, revokedAt, lastUsedAt } of changes)
        update.run(expiresAt, revokedAt, lastUsedAt, held[index]?.id ?? "");
      expect(consistencyFaults(database)).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test("what the store counts adds up to what counting one by one gives", async () => {
  const rows = everyKind();
  context.hold(rows);
  const summary = summaryOf(await countTokens(inOnePiece(context.connect()), summaryQuery(NOW)), NOW);

  const active = rows.filter((row) => statusAt(row, NOW) === "active");
  for (const status of STATUSES)
    for (const access of ACCESSES) {
      const same = rows.filter((row) => row.access === access && statusAt(row, NOW) === status);
      expect([status, access, summary.counts[status][access]]).toEqual([status, access, same.length]);
    }
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

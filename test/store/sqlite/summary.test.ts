import { expect, test } from "bun:test";
import { inOnePiece } from "../../../src/store/sqlite/list/scan.ts";
import { countTokens } from "../../../src/store/sqlite/summary-sql.ts";
import { SUMMARY_DAYS } from "../../../src/tokens/limits.ts";
import { summaryOf, summaryQuery } from "../../../src/tokens/summary.ts";
import { formatTime } from "../../../src/tokens/time.ts";
import { ACCESSES, STATUSES, statusAt, type Token } from "../../../src/tokens/token.ts";
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

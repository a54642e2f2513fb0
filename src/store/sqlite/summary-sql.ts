import type { SummaryQuery, TokenCount } from "../../tokens/summary.ts";
import { SECONDS_A_DAY } from "../../tokens/time.ts";
import type { Access } from "../../tokens/token.ts";
import { sql } from "./list/list-sql.ts";
import type { RowReader } from "./list/scan.ts";

/** The day of tokens without an expiry, and of revoked ones. */
const NO_DAY = -1;

interface CountedRow {
  readonly revoked: 0 | 1;
  readonly access: Access;
  readonly used: 0 | 1;
  /** In days since 1970 in UTC. */
  readonly day: number;
  readonly tokens: number;
  /** How many of them have a secret that was shown lately. */
  readonly reused: number;
}

/** Counts the tokens in a snapshot of the store: from the counts in it, and from the tokens that expire today. */
export async function countTokens(
  reader: RowReader,
  { now, until, reusedSince }: SummaryQuery,
): Promise<readonly TokenCount[]> {
  const today = Math.floor(now / SECONDS_A_DAY);
  const end = Math.floor(until / SECONDS_A_DAY);
  const counted: TokenCount[] = [];
  const add = (row: CountedRow, isExpired: boolean) => {
    counted.push(countOf(row, isExpired, row.day >= end));
    return "go on" as const;
  };
  await reader.each<CountedRow>(countsSql(today, end), (row) =>
    add(row, row.day !== NO_DAY && row.day < today),
  );
  // The row of today counts all tokens of the day as active: those that have expired are moved.
  await reader.each<CountedRow>(expiredTodaySql(today, now), (row) => {
    add(row, true);
    return add({ ...row, tokens: -row.tokens }, false);
  });
  await reader.each<CountedRow & { isExpired: 0 | 1 }>(reusedSql(now, reusedSince), (row) =>
    add(row, row.isExpired === 1),
  );
  return counted;
}

function countsSql(today: number, end: number) {
  return sql`
    SELECT is_revoked AS revoked, access, is_used AS used, sum(tokens) AS tokens, 0 AS reused,
      CASE WHEN expiry_day BETWEEN 0 AND ${today - 1} THEN 0 WHEN expiry_day >= ${end} THEN ${end} ELSE expiry_day END AS day
    FROM token_count GROUP BY 1, 2, 3, 6`;
}

function expiredTodaySql(today: number, now: number) {
  return sql`
    SELECT 0 AS revoked, access, last_used_at IS NOT NULL AS used, ${today} AS day, count(*) AS tokens, 0 AS reused
    FROM token INDEXED BY token_expires_at
    WHERE expires_at >= ${today * SECONDS_A_DAY} AND expires_at <= ${now} AND revoked_at IS NULL
    GROUP BY 2, 3`;
}

function reusedSql(now: number, since: number) {
  return sql`
    SELECT revoked_at IS NOT NULL AS revoked, access, 1 AS used, ${NO_DAY} AS day, 0 AS tokens, count(*) AS reused,
      revoked_at IS NULL AND coalesce(expires_at <= ${now}, 0) AS isExpired
    FROM token INDEXED BY token_reused_at WHERE reused_at >= ${since} GROUP BY 1, 2, 7`;
}

function countOf(
  { revoked, access, used, day, tokens, reused }: CountedRow,
  isExpired: boolean,
  isLater: boolean,
): TokenCount {
  const live = isExpired ? "expired" : "active";
  const status = revoked === 1 ? "revoked" : live;
  return {
    status,
    access,
    expiryDay: status !== "active" || day === NO_DAY || isLater ? null : day,
    count: tokens,
    neverUsed: used === 1 ? 0 : tokens,
    reused,
  };
}

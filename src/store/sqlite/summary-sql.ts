import type { SummaryQuery, TokenCount } from "../../tokens/summary.ts";
import { SECONDS_A_DAY } from "../../tokens/time.ts";
import type { RowReader } from "./list/scan.ts";
import { STATUS_SQL } from "./token-row.ts";

const COUNTED_SQL = `
  SELECT ${STATUS_SQL} AS status, access, last_used_at IS NULL AS neverUsed,
    reused_at IS NOT NULL AND reused_at >= ? AS reused,
    CASE WHEN revoked_at IS NULL AND expires_at > ? AND expires_at < ?
      THEN expires_at / ${SECONDS_A_DAY} END AS expiryDay
  FROM token`;

interface CountedRow extends Pick<TokenCount, "status" | "access" | "expiryDay"> {
  readonly neverUsed: 0 | 1;
  readonly reused: 0 | 1;
}

/** Counts the tokens in a snapshot of the store. */
export async function countTokens(
  scan: RowReader,
  { now, until, reusedSince }: SummaryQuery,
): Promise<readonly TokenCount[]> {
  const found = new Map<string, TokenCount>();
  await scan.each<CountedRow>({ sql: COUNTED_SQL, values: [now, reusedSince, now, until] }, (row) => {
    const kind = `${row.status} ${row.access} ${row.expiryDay}`;
    found.set(kind, added(found.get(kind), row));
    return "go on";
  });
  return [...found.values()];
}

function added(
  before: TokenCount | undefined,
  { status, access, expiryDay, neverUsed, reused }: CountedRow,
): TokenCount {
  return {
    status,
    access,
    expiryDay,
    count: (before?.count ?? 0) + 1,
    neverUsed: (before?.neverUsed ?? 0) + neverUsed,
    reused: (before?.reused ?? 0) + reused,
  };
}

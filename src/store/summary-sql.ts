import type { Database } from "bun:sqlite";
import type { SummaryQuery, Tally } from "../tokens/summary.ts";
import { SECONDS_A_DAY } from "../tokens/time.ts";
import { STATUS_SQL } from "./token-row.ts";

const TALLIES_SQL = `
  SELECT status, access, expiryDay, count(*) AS count, sum(last_used_at IS NULL) AS neverUsed,
    sum(reused_at IS NOT NULL AND reused_at >= ?) AS reused
  FROM (
    SELECT ${STATUS_SQL} AS status, access, last_used_at, reused_at,
      CASE WHEN revoked_at IS NULL AND expires_at > ? AND expires_at < ?
        THEN expires_at / ${SECONDS_A_DAY} END AS expiryDay
    FROM token
  )
  GROUP BY status, access, expiryDay`;

/** Counts every token in one query. */
export function tallies(database: Database, { now, until, reusedSince }: SummaryQuery): readonly Tally[] {
  return database
    .query<Tally, [number, number, number, number]>(TALLIES_SQL)
    .all(reusedSince, now, now, until);
}

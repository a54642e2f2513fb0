import type { Database } from "bun:sqlite";
import { bucketSeconds, type Period } from "../../tokens/usage/usage-period.ts";
import type { UseCount } from "../../tokens/usage/usage-store.ts";

export interface UsageQuery {
  /** The ids of the tokens, or ALL_TOKENS. */
  readonly tokens: readonly string[];
  readonly period: Period;
}

/** By the whole key for each moment and token: a search by bucket and time alone would walk over every token. */
const COUNTS = `
  WITH RECURSIVE moment (start) AS (
    SELECT ?1 UNION ALL SELECT start + ?2 FROM moment WHERE start + ?2 < ?3
  )
  SELECT token_use.token, token_use.start, accepted, refused
  FROM moment CROSS JOIN json_each(?4) AS asked CROSS JOIN token_use
  WHERE bucket = ?5 AND token_use.start = moment.start AND token_use.token = asked.value`;

/** The stored counts of a period with at least one bucket, the earliest first. */
export function countUses(
  database: Database,
  { tokens, period: { bucket, from, to } }: UsageQuery,
): readonly UseCount[] {
  using statement = database.prepare<UseCount, [number, number, number, string, string]>(COUNTS);
  return statement.all(from, bucketSeconds(bucket), to, JSON.stringify(tokens), bucket);
}

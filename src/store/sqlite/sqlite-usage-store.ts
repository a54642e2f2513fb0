import type { Database } from "bun:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import type { ScanCaller } from "../../tokens/listing/scan-caller.ts";
import type { UnixSeconds } from "../../tokens/time.ts";
import {
  BUCKETS,
  type Bucket,
  bucketSeconds,
  bucketStart,
  bucketsIn,
  type Period,
} from "../../tokens/usage/usage-period.ts";
import {
  ALL_TOKENS,
  type HourOfUse,
  isUsed,
  sumsByStart,
  type UsageStore,
  type UseCount,
} from "../../tokens/usage/usage-store.ts";
import type { ListSource } from "./list/list-rows.ts";
import type { Scan } from "./list/scan.ts";
import { throwAsStoreError, withStoreErrors } from "./sqlite-errors.ts";
import type { Writer } from "./writer.ts";

/** The pause after each write, for requests and other processes. */
const REST_MS = 5;

/** The most counters that are read, and rows that are deleted, before other work runs. */
const SLICE_SIZE = 500;

const USED = `
  UPDATE token SET last_used_at = ?1 WHERE id = ?2 AND (last_used_at IS NULL OR last_used_at < ?1)`;

const REUSED = `
  UPDATE token SET reused_at = ?1, reused_from = ?2 WHERE id = ?3 AND (reused_at IS NULL OR reused_at <= ?1)`;

const RAISE = `
  INSERT INTO token_use (bucket, start, token, accepted, refused) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (bucket, start, token)
  DO UPDATE SET accepted = accepted + excluded.accepted, refused = refused + excluded.refused`;

/** By the whole key for each moment and token: a search by bucket and time alone would walk over every token. */
const COUNTS = `
  WITH RECURSIVE moment (start) AS (
    SELECT ?1 UNION ALL SELECT start + ?2 FROM moment WHERE start + ?2 < ?3
  )
  SELECT token_use.token, token_use.start, accepted, refused
  FROM moment CROSS JOIN json_each(?4) AS asked CROSS JOIN token_use
  WHERE bucket = ?5 AND token_use.start = moment.start AND token_use.token = asked.value`;

const OLD = "SELECT bucket, start, token FROM token_use WHERE bucket = ? AND start < ? LIMIT ?";

/** The counters of uses, in the database that the tokens are in. */
export class SqliteUsageStore implements UsageStore {
  readonly #source: ListSource;
  readonly #writer: Writer;

  constructor(source: ListSource, writer: Writer) {
    this.#source = source;
    this.#writer = writer;
  }

  /** Does not wait for another process that writes: the caller tries again later. */
  async add(uses: readonly HourOfUse[], onWritten = (): void => undefined): Promise<void> {
    const write = () => {
      const used = this.#source.database.query(USED);
      for (const { token, lastUsedAt } of uses) if (lastUsedAt !== null) used.run(lastUsedAt, token);
      const reused = this.#source.database.query(REUSED);
      for (const { token, reusedAt, reusedFrom } of uses)
        if (reusedAt !== null) reused.run(reusedAt, reusedFrom, token);
      const counted = uses.filter(isUsed);
      for (const use of counted) if (use.token !== ALL_TOKENS) this.#raise(use);
      for (const sum of sumsByStart(counted)) this.#raise({ ...sum, token: ALL_TOKENS });
    };
    await this.#writer.write(write, { patienceMs: 0, isLong: true, onWritten });
    await pause(REST_MS);
  }

  async read(
    tokens: readonly string[],
    period: Period,
    caller: ScanCaller | null = null,
    atMoment = (): void => undefined,
  ): Promise<readonly UseCount[]> {
    if (bucketsIn(period) <= 0) return [];
    // SQLite takes its snapshot with the first read, which follows at once.
    const isShort = tokens.length * bucketsIn(period) <= SLICE_SIZE;
    if (isShort) {
      atMoment();
      return withStoreErrors(() => counts(this.#source.database, tokens, period));
    }
    const read = (scan: Scan) => {
      atMoment();
      return countsInSlices(scan, tokens, period);
    };
    return await this.#source.scans.run(caller, read).catch(throwAsStoreError);
  }

  async forget(bucket: Bucket, before: UnixSeconds): Promise<void> {
    const old = withStoreErrors(() => this.#source.database.query(OLD).get(bucket, before, 1));
    if (old === null) return;
    const write = () => {
      this.#source.database
        .query(`DELETE FROM token_use WHERE (bucket, start, token) IN (${OLD})`)
        .run(bucket, before, SLICE_SIZE);
    };
    await this.#writer.write(write, { patienceMs: 0, isLong: true });
  }

  #raise({ token, start, accepted, refused }: UseCount): void {
    const raise = this.#source.database.query(RAISE);
    for (const bucket of BUCKETS) raise.run(bucket, bucketStart(bucket, start), token, accepted, refused);
  }
}

async function countsInSlices(
  { database, rest }: Scan,
  tokens: readonly string[],
  { bucket, from, to }: Period,
): Promise<readonly UseCount[]> {
  const slice = Math.max(Math.floor(SLICE_SIZE / tokens.length), 1) * bucketSeconds(bucket);
  const found: UseCount[] = [];
  for (let start = from; start < to; start += slice) {
    if (start > from) await rest();
    found.push(...counts(database, tokens, { bucket, from: start, to: Math.min(start + slice, to) }));
  }
  return found;
}

function counts(
  database: Database,
  tokens: readonly string[],
  { bucket, from, to }: Period,
): readonly UseCount[] {
  using statement = database.prepare<UseCount, [number, number, number, string, string]>(COUNTS);
  return statement.all(from, bucketSeconds(bucket), to, JSON.stringify(tokens), bucket);
}

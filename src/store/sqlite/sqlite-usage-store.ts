import { setTimeout as pause } from "node:timers/promises";
import type { ScanCaller } from "../../tokens/listing/scan-caller.ts";
import type { UnixSeconds } from "../../tokens/time.ts";
import {
  BUCKETS,
  type Bucket,
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
import type { SharedCounter } from "./list/shared-counter.ts";
import { throwAsStoreError, withStoreErrors } from "./sqlite-errors.ts";
import type { ListSource } from "./store-connections.ts";
import { countUses, type UsageQuery } from "./usage-sql.ts";
import type { Writer } from "./writer.ts";

/** The pause after each write, for requests and other processes. */
const REST_MS = 5;

/** The most rows that are deleted before other work runs. */
const SLICE_SIZE = 500;

/** The most buckets of tokens that are read at once. More of them are a scan. */
const SHORT_READ_MAX = 500;

const USED = `
  UPDATE token SET last_used_at = ?1 WHERE id = ?2 AND (last_used_at IS NULL OR last_used_at < ?1)`;

const REUSED = `
  UPDATE token SET reused_at = ?1, reused_from = ?2 WHERE id = ?3 AND (reused_at IS NULL OR reused_at <= ?1)`;

const RAISE = `
  INSERT INTO token_use (bucket, start, token, accepted, refused) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (bucket, start, token)
  DO UPDATE SET accepted = accepted + excluded.accepted, refused = refused + excluded.refused`;

const OLD = "SELECT bucket, start, token FROM token_use WHERE bucket = ? AND start < ? LIMIT ?";

/** The counters of uses, in the database that the tokens are in. */
export class SqliteUsageStore implements UsageStore {
  readonly #source: ListSource;
  readonly #writer: Writer;
  /** Counts the transactions that add uses, each before its commit. */
  readonly #writes: SharedCounter;

  constructor(source: ListSource, writer: Writer, writes: SharedCounter) {
    this.#source = source;
    this.#writer = writer;
    this.#writes = writes;
  }

  /** Does not wait for another process that writes: the caller tries again later. */
  async add(uses: readonly HourOfUse[], onWritten = (): void => undefined): Promise<void> {
    const write = () => {
      this.#writes.increment();
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
    const buckets = tokens.length * bucketsIn(period);
    if (buckets <= 0) return [];
    if (buckets > SHORT_READ_MAX) return await this.#scan({ tokens, period }, caller, atMoment);
    // SQLite takes its snapshot with the first read, which follows at once.
    atMoment();
    return withStoreErrors(() => countUses(this.#source.database, { tokens, period }));
  }

  /** Reads in another thread. If uses are written before its snapshot, they are not in memory any more: it reads again. */
  async #scan(
    query: UsageQuery,
    caller: ScanCaller | null,
    atMoment: () => void,
  ): Promise<readonly UseCount[]> {
    for (;;) {
      const found = await this.#source.scans
        .run(caller, "usage", () => {
          atMoment();
          return { ...query, writes: this.#writes.value };
        })
        .catch(throwAsStoreError);
      if (found !== null) return found;
    }
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

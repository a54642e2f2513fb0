import type { UnixSeconds } from "../time.ts";
import { bucketStart, type Period } from "./usage-period.ts";
import { ALL_TOKENS, type HourOfUse, isUsed, sumsByStart, type UseCount } from "./usage-store.ts";

/** An hour that is still added to. */
export type CountedHour = { -readonly [Key in keyof HourOfUse]: HourOfUse[Key] };

const UNUSED = { accepted: 0, refused: 0, lastUsedAt: null, reusedAt: null, reusedFrom: null };

/** Hours in which tokens were used, found by hour and token. There is one for each of both. */
export class UsageByHour {
  readonly #byStart = new Map<UnixSeconds, Map<string, CountedHour>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  find(token: string, start: UnixSeconds): CountedHour | undefined {
    return this.#byStart.get(start)?.get(token);
  }

  /** The hour that is there, or a new one without a use. */
  findOrAdd(token: string, start: UnixSeconds): CountedHour {
    const known = this.find(token, start);
    if (known !== undefined) return known;
    const added: CountedHour = { token, start, ...UNUSED };
    const tokens = this.#byStart.get(start) ?? new Map<string, CountedHour>();
    this.#byStart.set(start, tokens.set(token, added));
    this.#size += 1;
    return added;
  }

  remove({ token, start }: HourOfUse): void {
    const tokens = this.#byStart.get(start);
    if (tokens?.delete(token)) this.#size -= 1;
    if (tokens?.size === 0) this.#byStart.delete(start);
  }

  all(): readonly CountedHour[] {
    return [...this.#byStart.values()].flatMap((tokens) => [...tokens.values()]);
  }

  /** All of them, by hour and then by token, as they lie in the store. Texts alone are sorted several times as fast. */
  inOrder(): readonly CountedHour[] {
    const hours = [...this.#byStart].toSorted(([one], [other]) => one - other);
    return hours.flatMap(([, tokens]) =>
      [...tokens.keys()].toSorted().flatMap((token) => tokens.get(token) ?? []),
    );
  }

  /** All hours of one token. Runs for every request: mostly there is one, or none. */
  of(token: string): readonly CountedHour[] {
    const hours: CountedHour[] = [];
    for (const tokens of this.#byStart.values()) {
      const hour = tokens.get(token);
      if (hour !== undefined) hours.push(hour);
    }
    return hours;
  }

  /** The uses of these tokens in the buckets of a period, each hour on its own. ALL_TOKENS stands for the sum. */
  counts(tokens: readonly string[], { bucket, from, to }: Period): readonly UseCount[] {
    const starts = [...this.#byStart.keys()].filter((start) => start >= from && start < to);
    return starts.flatMap((start) =>
      tokens
        .flatMap((token) => this.#countsAt(start, token))
        .map((count) => ({ ...count, start: bucketStart(bucket, start) })),
    );
  }

  #countsAt(start: UnixSeconds, token: string): readonly UseCount[] {
    const hours = this.#byStart.get(start);
    const used = token === ALL_TOKENS ? [...(hours?.values() ?? [])] : [hours?.get(token) ?? []].flat();
    return sumsByStart(used.filter(isUsed)).map((sum) => ({ ...sum, token }));
  }
}

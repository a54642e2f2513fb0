/** How many names are told apart, and how many of them are told. */
const NAMES_LIMIT = 1000;
const NAMES_TOLD = 10;

/** Counts how often each name came, in bounded memory: beyond NAMES_LIMIT, further names are not counted. */
export class NameCounts {
  readonly #counts = new Map<string, number>();

  add(name: string): void {
    const count = this.#counts.get(name) ?? 0;
    if (count > 0 || this.#counts.size < NAMES_LIMIT) this.#counts.set(name, count + 1);
  }

  /** The names that came most often with their counts, under that key, and how many more there are. */
  told(key: string, written = (name: string): string => name): Readonly<Record<string, unknown>> {
    if (this.#counts.size === 0) return {};
    const byCount = [...this.#counts].toSorted(([, one], [, other]) => other - one);
    const more = byCount.length - NAMES_TOLD;
    const told: Record<string, number> = {};
    for (const [name, count] of byCount.slice(0, NAMES_TOLD)) {
      const text = written(name);
      told[text] = (told[text] ?? 0) + count;
    }
    return { [key]: told, ...(more > 0 ? { [`more_${key}`]: more } : {}) };
  }
}

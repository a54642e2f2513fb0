import type { Token } from "../token.ts";
import type { HourOfUse } from "./usage-store.ts";
import { withUse } from "./used-token.ts";

/** The uses that were written to the store during a read, which may have seen the store before. */
export class WrittenUses implements Disposable {
  readonly #byToken = new Map<string, HourOfUse[]>();
  readonly #end: (uses: WrittenUses) => void;

  /** `end` stops the collection. */
  constructor(end: (uses: WrittenUses) => void) {
    this.#end = end;
  }

  add(hours: readonly HourOfUse[]): void {
    for (const hour of hours) {
      const known = this.#byToken.get(hour.token);
      if (known === undefined) this.#byToken.set(hour.token, [hour]);
      else known.push(hour);
    }
  }

  /** A token of that read with these uses. A use that the read has seen changes nothing. */
  addedTo(token: Token): Token {
    return (this.#byToken.get(token.id) ?? []).reduce(withUse, token);
  }

  [Symbol.dispose](): void {
    this.#end(this);
  }
}

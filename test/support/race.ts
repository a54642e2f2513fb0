/** Shows a secret once. Returns whether it was accepted; throws if it was neither accepted nor refused. */
export type Hand = () => Promise<boolean>;

export interface RaceParts {
  /** Those who have the secret. Each shows it again and again, beside the others. */
  readonly hands: readonly Hand[];
  /** How often it is shown before its revocation is asked for, and after it is known. */
  readonly before: number;
  readonly after: number;
  /** Resolves once the revocation was answered. */
  readonly revoke: () => Promise<unknown>;
  /** Whether the revocation was answered, where that can be seen before `revoke` resolves. */
  readonly isAnswered?: () => boolean;
}

/**
 * One token in many hands while it is revoked. There must be one moment before which every showing is accepted
 * and after which none is: a showing that starts once anybody knows of the revocation must be refused.
 */
export class Race {
  readonly violations: string[] = [];
  showings = 0;
  readonly #parts: RaceParts;
  #isAsked = false;
  #isKnown = false;
  #isOver = false;
  #awaited = { count: 0, resolve: () => {} };

  constructor(parts: RaceParts) {
    this.#parts = parts;
  }

  async run(): Promise<void> {
    const { hands, before, after, revoke } = this.#parts;
    const shown = Promise.all(hands.map((hand) => this.#show(hand)));
    try {
      await Promise.race([this.#untilShowings(before), shown]);
      this.#isAsked = true;
      await revoke();
      this.#isKnown = true;
      await Promise.race([this.#untilShowings(this.showings + after), shown]);
    } finally {
      this.#isOver = true;
    }
    await shown;
  }

  async #show(hand: Hand): Promise<void> {
    while (!this.#isOver) {
      this.#isKnown ||= this.#parts.isAnswered?.() ?? false;
      const wasKnown = this.#isKnown;
      const isAccepted = await hand();
      this.showings += 1;
      if (this.showings >= this.#awaited.count) this.#awaited.resolve();
      this.#judge(isAccepted, wasKnown);
    }
  }

  #judge(isAccepted: boolean, wasKnown: boolean): void {
    if (isAccepted && wasKnown) this.violations.push("accepted, and started after the revocation was known");
    if (!isAccepted && !this.#isAsked) this.violations.push("refused before the revocation was asked for");
    if (!isAccepted) this.#isKnown = true;
  }

  /** Waits until there have been that many showings. */
  async #untilShowings(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#awaited = { count, resolve };
    await promise;
  }
}

/** The tokens of one revocation that wait until the store can write them. */
export interface WaitingTokens {
  /** Whether the token waits that was to be revoked. Otherwise its revocation is on disk. */
  readonly token: boolean;
  /** How many of its descendants wait. */
  readonly descendants: number;
}

/**
 * A revocation of which the store could not write all. This process refuses all of its tokens, and goes on trying to
 * write it.
 */
export class RevocationPendingError extends Error {
  override readonly name = "RevocationPendingError";
  readonly waiting: WaitingTokens;

  constructor(waiting: WaitingTokens, cause: unknown) {
    super("the revocation is not written yet", { cause });
    this.waiting = waiting;
  }
}

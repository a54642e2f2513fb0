/** Who waits for a long read of the store. */
export interface ScanCaller {
  /** The id of the caller's token: its long reads share places. */
  readonly token: string;
  /** Aborts when nobody waits for the read any more. */
  readonly signal: AbortSignal;
}

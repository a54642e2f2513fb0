import { StoreUnavailable } from "../token-store.ts";

/**
 * Why a long read is not done: too many are under way, it took too long, the store is closing, or nobody waits for its
 * result any more.
 */
export type ScanRefusal = "too-many" | "too-long" | "closing" | "abandoned";

/** A long read of the store was not begun, or was ended before it was done. Short reads go on. */
export class ScanRefused extends StoreUnavailable {
  readonly reason: ScanRefusal;

  constructor(reason: ScanRefusal) {
    super(`a scan was refused: ${reason}`);
    this.reason = reason;
  }
}

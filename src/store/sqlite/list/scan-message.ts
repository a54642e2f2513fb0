import { StoreUnavailable } from "../../../tokens/token-store.ts";
import { isStorageError } from "../sqlite-errors.ts";

/** The first message to a thread of scans. Each later one is a task as text. */
export interface ScanSetup {
  /** The database file. */
  readonly path: string;
  /** The memory of ScanSignals. */
  readonly signals: Int32Array<SharedArrayBuffer>;
  /** The memory of a SharedCounter: it counts writes of uses. */
  readonly writes: Int32Array<SharedArrayBuffer>;
}

/** The message of a thread after a scan. */
export type ScanOutcome =
  /** The answer as JSON. */
  | { readonly kind: "answer"; readonly json: string }
  /** The scan ended because it was asked to. */
  | { readonly kind: "ended" }
  | { readonly kind: "failed"; readonly failure: ScanFailure };

/** An error as another thread can read it: copies of errors lose their class and their code. */
interface ScanFailure {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  /** Whether the storage failed, and not Publisher. */
  readonly isOfStorage: boolean;
}

export function failureOf(error: unknown): ScanFailure {
  const { name, message, stack = "" } = error instanceof Error ? error : new Error(String(error));
  return { name, message, stack, isOfStorage: isStorageError(error) };
}

/** The error of the main thread for a failure: StoreUnavailable if the storage failed. */
export function errorOf({ isOfStorage, ...parts }: ScanFailure): Error {
  const cause = Object.assign(new Error(parts.message), parts);
  return isOfStorage ? new StoreUnavailable("the store cannot be used now", { cause }) : cause;
}

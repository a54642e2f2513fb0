import type { Database } from "bun:sqlite";
import type { StoredSecret } from "../../../tokens/token-store.ts";
import type { OpenedFiles } from "../file/opened-files.ts";
import { WalIndexHeader } from "../file/wal-index-header.ts";
import { isBusy, withStoreErrors } from "../sqlite-errors.ts";
import { CachedLookUps } from "./cached-look-ups.ts";
import { HeldSnapshot } from "./held-snapshot.ts";
import { type LookUps, PlainLookUps } from "./plain-look-ups.ts";

/** How long look-ups go on without a cache after it could not be opened, in milliseconds. */
const RETRY_MS = 1000;

/**
 * Looks up tokens by their digests. Each look-up sees every change, of any process, that was acknowledged before it. Where
 * commits cannot be noticed without a lock, each look-up is a transaction of its own on the connection of the store:
 * slower, with the same results.
 */
export class DigestLookUps {
  readonly #path: string;
  readonly #files: OpenedFiles;
  readonly #plain: LookUps;
  #header: WalIndexHeader | null = null;
  #cached: CachedLookUps | null = null;
  /** When to try to open the cache, by `performance.now()`. */
  #nextTryAt = 0;

  /** For the store at `path`, which is open on that connection. */
  constructor(path: string, database: Database, files: OpenedFiles) {
    this.#path = path;
    this.#files = files;
    this.#plain = new PlainLookUps(database);
  }

  /** Null where no token has this digest. Throws StoreUnavailable if the storage fails. */
  find(digest: Uint8Array): StoredSecret | null {
    return withStoreErrors(() => this.#ask((lookUps) => lookUps.find(digest)));
  }

  /** The same for many digests, in their order. It is faster than one by one. */
  findAll(digests: readonly Uint8Array[]): readonly (StoredSecret | null)[] {
    return withStoreErrors(() => this.#ask((lookUps) => lookUps.findAll(digests)));
  }

  /** Lets the -wal file be cut. Call it before each change and each cut. */
  endSnapshot(): void {
    this.#cached?.endSnapshot();
  }

  /** Closes everything, and the connection of the store by `closeStore` in between. */
  close(closeStore: () => void): void {
    this.#nextTryAt = Number.POSITIVE_INFINITY;
    this.#discard();
    closeStore();
    this.#header?.close();
    this.#header = null;
  }

  #ask<T>(question: (lookUps: LookUps) => T): T {
    const cached = this.#cached ?? this.#open();
    if (cached === null) return question(this.#plain);
    try {
      return question(cached);
    } catch (error) {
      // After another failure, the connection is not used again.
      if (!isBusy(error)) this.#discard();
      throw error;
    }
  }

  #open(): CachedLookUps | null {
    const now = performance.now();
    if (now < this.#nextTryAt) return null;
    this.#nextTryAt = now + RETRY_MS;
    try {
      this.#header ??= WalIndexHeader.open(this.#path, this.#files);
      if (this.#header !== null)
        this.#cached = new CachedLookUps(this.#header, HeldSnapshot.open(this.#path));
    } catch (error) {
      // Such as with too many open files. If the store itself is at fault, the plain look-up reports that.
      if (!hasCode(error)) throw error;
    }
    // The path can lead to another store by now.
    if (this.#files.replaced !== null) this.#discard();
    return this.#cached;
  }

  #discard(): void {
    this.#cached?.close();
    this.#cached = null;
  }
}

/** Whether it is an error of SQLite or of the operating system. */
function hasCode(error: unknown): boolean {
  return error instanceof Error && "code" in error;
}

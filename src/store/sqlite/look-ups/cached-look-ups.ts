import type { StoredSecret } from "../../../tokens/token-store.ts";
import type { WalIndexHeader } from "../file/wal-index-header.ts";
import type { HeldSnapshot } from "./held-snapshot.ts";
import type { LookUps } from "./plain-look-ups.ts";

/** How many tokens stay in memory at most, about 1 KB each. */
const TOKENS_MAX = 4096;

/** Reports commits of every process, as `WalIndexHeader` does. */
export type CommitSign = Pick<WalIndexHeader, "hasChanged">;

/**
 * Looks up tokens in memory, and in a held snapshot where they are not in memory. Both are of the latest commit: each
 * look-up asks first whether anything was committed since the last one, and then forgets everything. Nothing is kept
 * about a digest without a token.
 */
export class CachedLookUps implements LookUps {
  readonly #commits: CommitSign;
  readonly #snapshot: HeldSnapshot;
  readonly #tokensMax: number;
  /** By their digests in hexadecimal. */
  readonly #tokens = new Map<string, StoredSecret>();

  constructor(commits: CommitSign, snapshot: HeldSnapshot, tokensMax = TOKENS_MAX) {
    this.#commits = commits;
    this.#snapshot = snapshot;
    this.#tokensMax = tokensMax;
  }

  /** Throws the SQLiteError of a failure. */
  find(digest: Uint8Array): StoredSecret | null {
    this.#forgetOld();
    return this.#find(digest);
  }

  findAll(digests: readonly Uint8Array[]): readonly (StoredSecret | null)[] {
    this.#forgetOld();
    return digests.map((digest) => this.#find(digest));
  }

  /** Lets the -wal file be cut. */
  endSnapshot(): void {
    this.#snapshot.end();
  }

  close(): void {
    this.#snapshot.close();
  }

  /** It asks before it reads. The other way round, it would never learn of a commit in between. */
  #forgetOld(): void {
    if (!this.#commits.hasChanged()) return;
    this.#tokens.clear();
    this.#snapshot.end();
  }

  #find(digest: Uint8Array): StoredSecret | null {
    const key = digest.toHex();
    return this.#tokens.get(key) ?? this.#read(digest, key);
  }

  #read(digest: Uint8Array, key: string): StoredSecret | null {
    const found = this.#snapshot.find(digest);
    if (found === null) return null;
    // Once it is full it stays so until the next commit, such as of counted uses: room is not worth more work.
    if (this.#tokens.size < this.#tokensMax) this.#tokens.set(key, found);
    return found;
  }
}

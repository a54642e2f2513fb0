import type { Database } from "bun:sqlite";
import type { StoredSecret } from "../../../tokens/token-store.ts";
import { storedSecretOf, TOKEN_BY_DIGEST, type TokenByDigest } from "../token-row.ts";

/** Look-ups of tokens by their digests. They throw the SQLiteError of a failure. */
export interface LookUps {
  /** Null where no token has this digest. */
  find(digest: Uint8Array): StoredSecret | null;
  /** The same for many digests, in their order. */
  findAll(digests: readonly Uint8Array[]): readonly (StoredSecret | null)[];
}

/** Each look-up reads the database, in the transaction of the connection or in one of its own. */
export class PlainLookUps implements LookUps {
  readonly #byDigest: TokenByDigest;

  constructor(database: Database) {
    this.#byDigest = database.query(TOKEN_BY_DIGEST);
  }

  find(digest: Uint8Array): StoredSecret | null {
    return storedSecretOf(this.#byDigest.get(digest));
  }

  findAll(digests: readonly Uint8Array[]): readonly (StoredSecret | null)[] {
    return digests.map((digest) => this.find(digest));
  }
}

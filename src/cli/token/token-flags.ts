import type { Access } from "../../tokens/token.ts";
import type { ExpiryFlags } from "../expiry-flags.ts";

export interface JsonFlag {
  /** Whether to print what the API would answer. */
  readonly json?: boolean;
}

export interface CreateFlags extends ExpiryFlags, JsonFlag {
  readonly access: Access;
  readonly audience?: readonly string[];
  readonly verifies?: boolean;
  readonly description?: string;
  /** Whether a store may be made where there is none. */
  readonly newStore?: boolean;
}

export interface ListFlags extends JsonFlag {
  readonly all?: boolean;
  /** Whether to list only tokens with a secret that was shown after their end. */
  readonly reused?: boolean;
  /** A token must have one of these, and so on for each flag. */
  readonly status?: readonly string[];
  readonly audience?: readonly string[];
  readonly unusedFor?: string;
  readonly expiringWithin?: string;
}

export interface RevokeFlags extends JsonFlag {
  readonly descendants?: boolean;
  readonly dryRun?: boolean;
}

export interface UpdateFlags extends ExpiryFlags, JsonFlag {
  /** False where `--no-description` was given. */
  readonly description?: string | false;
}

export interface RotateFlags extends ExpiryFlags, JsonFlag {
  readonly overlap?: string;
}

export interface VerifyFlags extends JsonFlag {
  readonly access?: Access;
  readonly audience?: string;
}

import type { Statement } from "bun:sqlite";
import type { Comparison } from "../../tokens/listing/listing.ts";
import { TOKEN_LISTING } from "../../tokens/listing/token-listing.ts";
import type { Access, Token } from "../../tokens/token.ts";
import type { StoredSecret } from "../../tokens/token-store.ts";
import { isFoundBy, isOfIds } from "./list/list-cost.ts";
import type { ListTable } from "./list/list-sql.ts";

/** The columns from which a token is made. */
const TOKEN_COLUMNS =
  "id, access, description, hint, created_at, created_by, expires_at, revoked_at, last_used_at, audiences, replaced_by, verifies, reused_at, reused_from";

/** Every column of a token, in the order of its table. */
export const COLUMNS = `digest, ${TOKEN_COLUMNS}`;

export const TOKEN_BY_DIGEST = `SELECT ${COLUMNS} FROM token WHERE digest = ?`;
export type TokenByDigest = Statement<TokenRow, [digest: Uint8Array]>;

export interface TokenRow {
  digest: Uint8Array;
  id: string;
  access: Access;
  description: string | null;
  hint: string;
  created_at: number;
  created_by: string | null;
  expires_at: number | null;
  revoked_at: number | null;
  last_used_at: number | null;
  audiences: string | null;
  replaced_by: string | null;
  verifies: 0 | 1;
  reused_at: number | null;
  reused_from: string | null;
}

export function storedSecretOf(row: TokenRow | null): StoredSecret | null {
  return row && { token: tokenOf(row), digest: row.digest };
}

export function tokenOf(row: Omit<TokenRow, "digest">): Token {
  return {
    id: row.id,
    access: row.access,
    description: row.description,
    hint: row.hint,
    createdAt: row.created_at,
    createdBy: row.created_by,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    lastUsedAt: row.last_used_at,
    audiences: row.audiences === null ? null : JSON.parse(row.audiences),
    replacedBy: row.replaced_by,
    verifies: row.verifies === 1,
    reusedAt: row.reused_at,
    reusedFrom: row.reused_from,
  };
}

/** A token's status at the moment that is its one parameter. */
export const STATUS_SQL =
  "CASE WHEN revoked_at IS NOT NULL THEN 'revoked' WHEN expires_at <= ? THEN 'expired' ELSE 'active' END";

export const TOKEN_TABLE: ListTable<Token, Omit<TokenRow, "digest">> = {
  resource: TOKEN_LISTING,
  table: "token",
  selected: TOKEN_COLUMNS,
  isIndexed: (comparison) => isOfIds(comparison) || isOfReused(comparison),
  isInOrderOfIds: isOfNotRevoked,
  rowOf: tokenOf,
};

/** Whether a condition requires that the secret was used after the end of the token. */
function isOfReused(comparison: Comparison): boolean {
  const isOfOthers = comparison.op === "exists" && !comparison.value;
  return isFoundBy(comparison, ["reused_at"]) && !isOfOthers;
}

function isOfNotRevoked(comparison: Comparison): boolean {
  return comparison.key === "revoked_at" && comparison.op === "exists" && !comparison.value;
}

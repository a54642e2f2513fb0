import type { Statement } from "bun:sqlite";
import { holds } from "../../tokens/listing/filter-operators.ts";
import type { Comparison, Condition } from "../../tokens/listing/listing.ts";
import { TOKEN_LISTING } from "../../tokens/listing/token-listing.ts";
import type { UnixSeconds } from "../../tokens/time.ts";
import { type Access, STATUSES, type Status, type Token } from "../../tokens/token.ts";
import type { StoredSecret } from "../../tokens/token-store.ts";
import {
  type Fragment,
  type ListIndex,
  type ListTable,
  raw,
  type Search,
  sql,
  valuesSql,
} from "./list/list-sql.ts";

/** The columns from which a token is made. */
const TOKEN_COLUMNS =
  "id, access, description, hint, created_at, created_by, expires_at, revoked_at, last_used_at, audiences, replaced_by, verifies, reused_at, reused_from";

/** Every column of a token, without its number. */
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

/** Status, revocation and expiry: most lists ask for them, so indexes have them. */
const OF_STATUS = ["revoked_at", "expires_at"];

function index(key: string, isPartial = false, covered: readonly string[] = OF_STATUS): ListIndex {
  return { name: `token_${key}`, key, isPartial, covered };
}

/** With this very text, SQLite knows that the partial index has all such rows. */
const VERIFYING = raw("verifies = 1");
const VERIFYING_INDEX = { from: raw("token INDEXED BY token_verifies"), where: [VERIFYING] };
const OF_VERIFYING: Search = {
  ...VERIFYING_INDEX,
  key: "verifies",
  counted: VERIFYING_INDEX,
  covered: ["verifies"],
  order: "token.seq",
};

function isOfVerifying({ key, ...comparison }: Comparison): boolean {
  return key === "verifies" && comparison.op === "eq" && comparison.value === 1;
}

export const TOKEN_TABLE: ListTable<Token, Omit<TokenRow, "digest">> = {
  resource: TOKEN_LISTING,
  table: "token",
  selected: TOKEN_COLUMNS,
  rowOf: tokenOf,
  place: "seq",
  indexes: [
    index("id", false, []),
    index("access"),
    index("description"),
    index("created_at"),
    index("expires_at", true),
    index("revoked_at", true),
    index("last_used_at"),
    index("replaced_by", true),
    index("reused_at", true),
    index("created_by", true, []),
  ],
  usual: { index: "token_not_revoked", isOf: isOfNotRevoked },
  text: "token_description",
  plain,
  comparisonSql: (comparison) => (isOfVerifying(comparison) ? VERIFYING : audiencesSql(comparison)),
  search: (comparison) => (isOfVerifying(comparison) ? OF_VERIFYING : ofAudience(comparison)),
};

function isOfNotRevoked(comparison: Comparison): boolean {
  return comparison.key === "revoked_at" && comparison.op === "exists" && !comparison.value;
}

/** Status depends on the moment, and `verifies` has another name for its value in a column. */
function plain(comparison: Comparison, now: UnixSeconds): Condition {
  if (comparison.key === "status") return statusCondition(comparison, now);
  if (comparison.key !== "verifies") return comparison;
  const isFulfilled = (value: boolean) => holds(value ? ["true"] : [], comparison);
  return anyOf(
    [0, 1].filter((value) => isFulfilled(value === 1)).map((value) => ({ op: "eq", key: "verifies", value })),
  );
}

const NOT_REVOKED: Condition = { op: "exists", key: "revoked_at", value: false };

function statusCondition(comparison: Comparison, now: UnixSeconds): Condition {
  const asked = STATUSES.filter((status) => holds([status], comparison));
  if (asked.length === STATUSES.length) return { op: "and", conditions: [] };
  if (asked.length === 2 && !asked.includes("revoked")) return NOT_REVOKED;
  return anyOf(asked.map((status) => conditionOfStatus(status, now)));
}

/** As `statusAt` has it. */
function conditionOfStatus(status: Status, now: UnixSeconds): Condition {
  const key = "expires_at";
  const never: Condition = { op: "exists", key, value: false };
  switch (status) {
    case "revoked":
      return { op: "exists", key: "revoked_at", value: true };
    case "expired":
      return { op: "and", conditions: [NOT_REVOKED, { op: "lt", key, value: now + 1 }] };
    case "active":
      return { op: "and", conditions: [NOT_REVOKED, anyOf([never, { op: "gt", key, value: now }])] };
  }
}

function anyOf(conditions: readonly Condition[]): Condition {
  return conditions.length === 1 && conditions[0] ? conditions[0] : { op: "or", conditions };
}

function audiencesSql(comparison: Comparison): Fragment | null {
  if (comparison.key !== "audiences") return null;
  const listed = (chosen: Fragment) =>
    sql`EXISTS (SELECT 1 FROM token_audience WHERE ${chosen} AND token_audience.token = token.seq)`;
  switch (comparison.op) {
    case "eq":
      return listed(sql`audience = ${comparison.value}`);
    case "in":
      return listed(sql`audience IN ${valuesSql(comparison.values)}`);
    case "nin":
      return sql`NOT ${listed(sql`audience IN ${valuesSql(comparison.values)}`)}`;
    default:
      return null;
  }
}

/** The tokens for one audience. */
function ofAudience(comparison: Comparison): Search | null {
  if (comparison.key !== "audiences" || comparison.op !== "eq") return null;
  const where = [sql`listed.audience = ${comparison.value}`];
  return {
    key: "audiences",
    from: raw("token_audience AS listed CROSS JOIN token ON token.seq = listed.token"),
    where,
    counted: { from: raw("token_audience AS listed"), where },
    covered: ["audiences"],
    order: "listed.token",
  };
}

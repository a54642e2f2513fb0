import { OVERLAP_DEFAULT_SECONDS, OVERLAP_MAX_SECONDS } from "../../tokens/rotation.ts";
import { parseTime, type UnixSeconds } from "../../tokens/time.ts";
import { expiryFault } from "../../tokens/token.ts";
import { type Type, type } from "../body/arktype.ts";
import { NOT_A_TIME } from "../body/issues.ts";
import { described } from "./described.ts";
import type { Immutable } from "./immutable.ts";
import { type Nullable, orNull } from "./nullable.ts";
import { AccessName, Audience, Audiences, Description, fault, TokenId } from "./values.ts";

export const NoParameters = described(
  type({ "+": "reject" }),
  "The body of an endpoint without parameters: an empty object.",
);

export const TokenById = described(type({ "+": "reject", id: TokenId }), "The token that is meant.");

export const RevokeToken = described(
  type({
    "+": "reject",
    id: TokenId,
    "descendants?": described(
      type("boolean"),
      "Whether all that came of the token is revoked with it, in one step: the tokens that it created or that took its place, and theirs, in any depth. false if left out.",
    ),
    "dry_run?": described(
      type("boolean"),
      "Whether nothing is to change: the answer shows what a revocation would be about. false if left out.",
    ),
  }),
  "The token to revoke.",
);
export type RevokeToken = Immutable<typeof RevokeToken.infer>;

/** The bodies that change tokens. Expiries must lie after `now()`. */
export function changeTypes(now: () => UnixSeconds) {
  const Expiry = type("string").narrow((text, context) => {
    const time = parseTime(text);
    const wrong = time === null ? NOT_A_TIME : expiryFault(time, now());
    return wrong === null || fault(context, wrong);
  });
  return changeTypesWith(Expiry, orNull);
}

/** The bodies that change tokens, with a schema for their expiries and a way to take null. */
export function changeTypesWith(Expiry: Type<string>, nullable: Nullable) {
  return {
    create: createTypeWith(Expiry, nullable),
    update: updateTypeWith(Expiry, nullable),
    rotate: rotateTypeWith(Expiry, nullable),
  };
}

export type CreateToken = Immutable<ReturnType<typeof createTypeWith>["infer"]>;
export type UpdateToken = Immutable<ReturnType<typeof updateTypeWith>["infer"]>;
export type RotateToken = Immutable<ReturnType<typeof rotateTypeWith>["infer"]>;

function createTypeWith(Expiry: Type<string>, nullable: Nullable) {
  return described(
    type({
      "+": "reject",
      access: AccessName,
      "audiences?": described(
        nullable(Audiences),
        "The services that the token is for; Publisher's own API, if left out or null.",
      ),
      "verifies?": described(
        type("boolean"),
        "True for a token with which a service verifies tokens for these audiences, by `api-token/verify` and introspection, and does nothing else. Needs `audiences` and the access `read`.",
      ),
      "description?": nullable(Description),
      "expires_at?": described(
        nullable(Expiry),
        "When the token expires, in the future; never, if left out or null.",
      ),
    }),
    "What the new token is to be.",
  );
}

function updateTypeWith(Expiry: Type<string>, nullable: Nullable) {
  return described(
    type({
      "+": "reject",
      id: TokenId,
      "description?": described(
        nullable(Description),
        "What the token is for; null takes the description away.",
      ),
      "expires_at?": described(nullable(Expiry), "When the token expires, in the future; null for never."),
    }),
    "The token, and what is to be otherwise. What is left out stays as it is.",
  );
}

function rotateTypeWith(Expiry: Type<string>, nullable: Nullable) {
  return described(
    type({
      "+": "reject",
      id: TokenId,
      "overlap_seconds?": described(
        type("number.integer").atLeast(0).atMost(OVERLAP_MAX_SECONDS),
        `How long the old token goes on working; ${OVERLAP_DEFAULT_SECONDS} if left out. With 0 it is revoked at once.`,
      ),
      "expires_at?": described(
        nullable(Expiry),
        "When the successor expires, in the future; null for never. If left out it lives as long, from now on, as the old one was to.",
      ),
    }),
    "The token that is to be replaced.",
  );
}

/** The body of `api-token/verify`. Its `token` may be any text. */
export function verifyTypeWith(nullable: Nullable) {
  return described(
    type({
      "+": "reject",
      token: described(type("string"), "What was shown as a token, whatever that is."),
      "access?": described(AccessName, "What it must be good for; `read` if left out."),
      "audience?": described(
        nullable(Audience),
        "The service that it must be for; Publisher's own API, if left out or null.",
      ),
    }),
    "What somebody showed, and what it is to be good for.",
  );
}

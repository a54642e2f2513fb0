import { BULK_VERIFY_LIMIT, OVERLAP_DEFAULT_SECONDS, OVERLAP_MAX_SECONDS } from "../../tokens/limits.ts";
import { parseTime, type UnixSeconds } from "../../tokens/time.ts";
import { expiryFault } from "../../tokens/token.ts";
import { type Type, type } from "../body/arktype.ts";
import { NOT_A_TIME } from "../body/parameter-messages.ts";
import { described } from "./described.ts";
import type { Immutable } from "./immutable.ts";
import { type Nullable, orNull } from "./nullable.ts";
import { AccessName, Audience, Audiences, Description, fault, TokenId } from "./values.ts";

export const NoParameters = described(
  type({ "+": "reject" }),
  "The body of an endpoint without parameters: an empty object.",
);

export const TokenById = described(type({ "+": "reject", id: TokenId }), "The id of one token.");

export const RevokeToken = described(
  type({
    "+": "reject",
    id: TokenId,
    "descendants?": described(
      type("boolean"),
      "Whether the descendants of the token are revoked with it, in one step: the tokens that it created or that replaced it, and theirs, in any depth. false if left out.",
    ),
    "dry_run?": described(
      type("boolean"),
      "Whether to change nothing: the answer shows which tokens a revocation would end. false if left out.",
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
    "The properties of the new token.",
  );
}

function updateTypeWith(Expiry: Type<string>, nullable: Nullable) {
  return described(
    type({
      "+": "reject",
      id: TokenId,
      "description?": described(
        nullable(Description),
        "The purpose of the token; null removes the description.",
      ),
      "expires_at?": described(nullable(Expiry), "When the token expires, in the future; null for never."),
    }),
    "The token and its new values. A property that is left out stays as it is.",
  );
}

function rotateTypeWith(Expiry: Type<string>, nullable: Nullable) {
  return described(
    type({
      "+": "reject",
      id: TokenId,
      "overlap_seconds?": described(
        type("number.integer").atLeast(0).atMost(OVERLAP_MAX_SECONDS),
        `How long the old token stays valid; ${OVERLAP_DEFAULT_SECONDS} if left out. With 0 it is revoked at once.`,
      ),
      "expires_at?": described(
        nullable(Expiry),
        "When the successor expires, in the future; null for never. If left out, the successor gets the whole lifetime of the old token, from now on.",
      ),
    }),
    "The token to replace.",
  );
}

/** The body of `api-token/verify`. Its `token` may be any text. */
export function verifyTypeWith(nullable: Nullable) {
  return described(
    type({
      "+": "reject",
      token: described(type("string"), "The secret to verify. Any text is allowed."),
      ...purposeWith(nullable),
    }),
    "A secret, and the access and the service to verify it for.",
  );
}

/** The body of `api-token/bulk-verify`. */
export function bulkVerifyTypeWith(nullable: Nullable) {
  return described(
    type({
      "+": "reject",
      tokens: described(
        type("string").array().atLeastLength(1).atMostLength(BULK_VERIFY_LIMIT),
        `The secrets to verify, at most ${BULK_VERIFY_LIMIT}. Any text is allowed, also one that repeats.`,
      ),
      ...purposeWith(nullable),
    }),
    "Secrets, and the access and the service to verify all of them for.",
  );
}

function purposeWith(nullable: Nullable) {
  return {
    "access?": described(AccessName, "The access that a token must have; `read` if left out."),
    "audience?": described(
      nullable(Audience),
      "The service that it must be for; Publisher's own API, if left out or null.",
    ),
  } as const;
}

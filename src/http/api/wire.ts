import { AUDIENCE_LIMIT, isAudience } from "../../tokens/audience.ts";
import { isTokenId } from "../../tokens/identifier.ts";
import { SKIP_MAX } from "../../tokens/listing/listing.ts";
import { OVERLAP_MAX_SECONDS } from "../../tokens/rotation-rules.ts";
import { parseTime, type UnixSeconds } from "../../tokens/time.ts";
import { ACCESSES, descriptionFault, expiryFault } from "../../tokens/token.ts";
import { BUCKETS } from "../../tokens/usage/usage-period.ts";
import { type Type, type } from "../body/arktype.ts";
import { NOT_A_TOKEN_ID, NOT_AN_AUDIENCE } from "../body/issues.ts";
import { type Nullable, orNull } from "./nullable.ts";

/** What is said of text that is no time. */
export const NOT_A_TIME =
  "must be a time as in RFC 3339, such as 2030-12-31T23:59:59Z, from 1970 to 9999 in UTC";

/** The id of a token, which need not exist. */
export const TokenId = type("string").narrow(
  (text, context) => isTokenId(text) || fault(context, NOT_A_TOKEN_ID),
);

/** What a token is for. */
export const Description = type("string").narrow((text, context) => {
  const wrong = descriptionFault(text);
  return wrong === null || fault(context, wrong);
});

/** What a token may do. */
export const AccessName = type.enumerated(...ACCESSES);

/** The name of a service. */
export const Audience = type("string").narrow(
  (text, context) => isAudience(text) || fault(context, NOT_AN_AUDIENCE),
);

/** The services that a token is for. */
export const Audiences = Audience.array()
  .atLeastLength(1)
  .atMostLength(AUDIENCE_LIMIT)
  .narrow((names, context) => !repeats(names) || fault(context, "must have each name only once"));

/** A moment, in any form that RFC 3339 has. */
export const Time = type("string").narrow(
  (text, context) => parseTime(text) !== null || fault(context, NOT_A_TIME),
);

/** The body of an endpoint without parameters. */
export const NoParameters = type({ "+": "reject" });

/** The body of an endpoint that is about one token. */
export const TokenById = type({ "+": "reject", id: TokenId });

/** The body of `api-token/revoke`. */
export const RevokeToken = type({
  "+": "reject",
  id: TokenId,
  "descendants?": "boolean",
  "dry_run?": "boolean",
});

/** The bodies that change tokens; what is in the future is judged at `now`. */
export function changeTypes(now: () => UnixSeconds) {
  const Expiry = type("string").narrow((text, context) => {
    const time = parseTime(text);
    const wrong = time === null ? NOT_A_TIME : expiryFault(time, now());
    return wrong === null || fault(context, wrong);
  });
  return changeTypesWith(Expiry, orNull);
}

/** The bodies that change tokens, by what their expiries must be, and how they are null. */
export function changeTypesWith(Expiry: Type<string>, nullable: Nullable) {
  return {
    create: type({
      "+": "reject",
      access: AccessName,
      "audiences?": nullable(Audiences),
      "verifies?": "boolean",
      "description?": nullable(Description),
      "expires_at?": nullable(Expiry),
    }),
    update: type({
      "+": "reject",
      id: TokenId,
      "description?": nullable(Description),
      "expires_at?": nullable(Expiry),
    }),
    rotate: type({
      "+": "reject",
      id: TokenId,
      "overlap_seconds?": type("number.integer").atLeast(0).atMost(OVERLAP_MAX_SECONDS),
      "expires_at?": nullable(Expiry),
    }),
  };
}

/** The body of `api-token/verify`. The token may be anything that somebody showed. */
export function verifyTypeWith(nullable: Nullable) {
  return type({
    "+": "reject",
    token: "string",
    "access?": AccessName,
    "audience?": nullable(Audience),
  });
}

/** The most tokens whose uses are told at once. */
export const USAGE_IDS_MAX = 100;

/** What uses are counted by. */
export const BucketName = type.enumerated(...BUCKETS);

/** The body of `api-token/usage`. */
export const ReadUsage = type({
  "+": "reject",
  bucket: BucketName,
  "id?": TokenId,
  "ids?": TokenId.array().atLeastLength(1).atMostLength(USAGE_IDS_MAX),
  "from?": Time,
  "to?": Time,
});

/** The form of an introspection, of which parameters that nobody knows were taken out. */
export const IntrospectToken = type({
  token: "string",
  "token_type_hint?": "string",
  "audience?": Audience,
});

/** Which part of a list is asked for. To ArkType a list is an object too, and one of which no key is required takes it. */
export const Pagination = type({
  "+": "reject",
  "limit?": "number.integer >= 1",
  "skip?": type("number.integer").atLeast(0).atMost(SKIP_MAX),
  "cursor?": "string | null",
}).narrow((value, context) => !Array.isArray(value) || fault(context, "must be an object"));

export function repeats(names: readonly string[]): boolean {
  return new Set(names).size < names.length;
}

/** Refuses with a sentence of ours; an empty `actual` keeps ArkType from quoting the input. */
export function fault(
  context: { reject: (parts: { expected: string; actual: string }) => false },
  sentence: string,
): false {
  return context.reject({ expected: sentence, actual: "" });
}

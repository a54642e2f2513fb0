import { HINT } from "../../../tokens/secret/hint.ts";
import { SECRET } from "../../../tokens/secret/secret-form.ts";
import { type } from "../../body/arktype.ts";
import { described } from "../described.ts";
import type { Immutable } from "../immutable.ts";
import { AccessName, Audiences, Description, TokenId } from "../values.ts";
import { Moment, PagePosition, StatusCounts, StatusName } from "./response-values.ts";

/** The response of every endpoint but `create` and `rotate`. */
export const ApiToken = described(
  type({
    id: TokenId,
    access: AccessName,
    audiences: described(
      Audiences.or("null"),
      "The services that the token is for; null for Publisher's own API.",
    ),
    description: described(
      Description.or("null"),
      "The purpose of the token; null if it has no description.",
    ),
    hint: described(
      type(HINT),
      "The last 4 characters of the secret, which tell tokens apart and give nothing away.",
    ),
    status: StatusName,
    created_at: Moment,
    created_by: described(
      TokenId.or("null"),
      "The id of the token that created this one; null for the command line.",
    ),
    expires_at: described(Moment.or("null"), "When the token expires; null for never."),
    revoked_at: described(Moment.or("null"), "When the token was revoked; null if it was not."),
    last_used_at: described(
      Moment.or("null"),
      "When the token was last accepted; null if it never was. Filters and sorts know it within 60 seconds.",
    ),
    replaced_by: described(TokenId.or("null"), "The id of the token that replaced it; null where none did."),
    reused_at: described(
      Moment.or("null"),
      "When its secret was last shown after the token was revoked, or was replaced and expired; null if it was not. Filters and sorts know it within 60 seconds.",
    ),
    reused_from: described(
      type("string | null"),
      "The IP address of the request that showed the secret at `reused_at`; null where none is known.",
    ),
    "verifies?": described(
      type("true"),
      "True for a token that verifies tokens for its audiences and does nothing else; left out for any other.",
    ),
  }),
  "A token, without its secret, which the server does not have either.",
);
export type ApiToken = Immutable<typeof ApiToken.infer>;

/** The response of `create`. */
export const CreatedApiToken = described(
  type({
    id: TokenId,
    access: AccessName,
    description: described(
      Description.or("null"),
      "The purpose of the token; null if it has no description.",
    ),
    token: described(type(SECRET), "The secret. No other answer shows it: store it now."),
    created_at: Moment,
    expires_at: described(Moment.or("null"), "When the token expires; null for never."),
    "audiences?": described(
      Audiences,
      "The services that the token is for; left out for a token for Publisher's own API.",
    ),
    "verifies?": described(
      type("true"),
      "True for a token that verifies tokens for its audiences and does nothing else; left out for any other.",
    ),
  }),
  "The new token, with its secret.",
);
export type CreatedApiToken = Immutable<typeof CreatedApiToken.infer>;

/** The response of `rotate`. */
export const SuccessorApiToken = described(
  CreatedApiToken.merge({
    description: described(Description.or("null"), "The description of the token that it replaces."),
    expires_at: described(Moment.or("null"), "When the successor expires; null for never."),
    "audiences?": described(
      Audiences,
      "The audiences of the token that it replaces; left out where that has none.",
    ),
    replaces: described(TokenId, "The id of the token that it replaces."),
  }),
  "The successor of a token, with its secret.",
);
export type SuccessorApiToken = Immutable<typeof SuccessorApiToken.infer>;

/** The response of `revoke`. */
export const RevokedApiToken = described(
  ApiToken.merge({
    revoked_at: described(
      Moment.or("null"),
      "When the token was revoked; null after a dry run if it was not.",
    ),
    "descendants?": described(
      StatusCounts,
      "How many descendants the token had before, by status and access; left out unless `descendants` was asked for. Those that were active or expired are revoked now, unless it was a dry run.",
    ),
  }),
  "The revoked token. After a dry run: the token as it is.",
);
export type RevokedApiToken = Immutable<typeof RevokedApiToken.infer>;

/** The response of `list`. */
export const ApiTokenPage = described(
  type({ data: ApiToken.array(), page: PagePosition }),
  "A page of a list of tokens.",
);
export type ApiTokenPage = Immutable<typeof ApiTokenPage.infer>;

/** The reasons why a secret is refused. */
const VerificationReason = type.enumerated(
  "malformed",
  "unknown",
  "expired",
  "revoked",
  "insufficient_access",
  "wrong_audience",
);

/** The response of `verify`. */
export const Verification = described(
  type({
    valid: described(type("boolean"), "Whether the token is valid for the request."),
    reason: described(
      VerificationReason.or("null"),
      "The reason; null if it is valid. `malformed` is no secret of Publisher's, `unknown` is none of this server's.",
    ),
    api_token: described(ApiToken.or("null"), "The token, valid or not; null if no token has this secret."),
  }),
  "The result of a verification.",
);
export type Verification = Immutable<typeof Verification.infer>;

/** The response of `bulk-verify`. */
export const Verifications = described(
  type({ data: Verification.array() }),
  "The results of several verifications, in the order of the secrets.",
);
export type Verifications = Immutable<typeof Verifications.infer>;

import { BULK_VERIFY_LIMIT } from "../../tokens/limits.ts";
import { STATUSES } from "../../tokens/token.ts";
import { EXAMPLE } from "./example-values.ts";
import { CREATED_TOKEN, NOT_VALID, SUMMARY, TOKEN, TOKEN_PAGE, VALID, VALID_AND_NOT } from "./examples.ts";
import type { ApiOperationParts } from "./operation.ts";
import { PLACEHOLDER_IDS } from "./placeholder-ids.ts";

const NOTHING = {
  schema: "NoParameters",
  examples: { nothing: { summary: "No parameters", value: {} } },
} as const;

export const LIST = {
  operationId: "listApiTokens",
  summary: "List tokens",
  description:
    "Returns tokens, newest first unless sorted otherwise, page by page: the `cursor` of one page asks for the next. " +
    "Without filters it has the active and the expired tokens; revoked ones are left out unless " +
    "a filter names `status`, `revoked_at`, `reused_at` or `id`.",
  request: {
    schema: "ListTokens",
    examples: {
      all: { summary: "Active and expired tokens", value: {} },
      expiring: {
        summary: "Active write tokens that expire before 2031, first the first to expire",
        value: {
          filters: [
            { key: "access", eq: "write" },
            { key: "status", eq: "active" },
            { key: "expires_at", lt: "2031-01-01T00:00:00Z" },
          ],
          sorts: [{ key: "expires_at", direction: "asc" }],
          pagination: { limit: 50 },
        },
      },
      service: {
        summary: "Tokens for one service that nothing replaced",
        value: {
          filters: [
            { key: "audiences", eq: EXAMPLE.audience },
            { key: "replaced_by", exists: false },
          ],
        },
      },
      searching: {
        summary: "Tokens of any status whose description begins with CI or that have none",
        value: {
          filters: [
            { key: "status", in: STATUSES },
            {
              or: [
                { key: "description", regex: { pattern: "^CI", case_insensitive: true } },
                { key: "description", exists: false },
              ],
            },
          ],
        },
      },
    },
  },
  answer: {
    description: "A page of tokens.",
    schema: "ApiTokenPage",
    examples: { last: { summary: "The only page", value: TOKEN_PAGE } },
  },
} as const satisfies ApiOperationParts;

export const GET = {
  operationId: "getApiToken",
  summary: "Get a token",
  description: "Returns one token of any status.",
  request: {
    schema: "TokenById",
    examples: { id: { summary: "By its id", value: { id: PLACEHOLDER_IDS.own } } },
  },
  answer: {
    description: "The token.",
    schema: "ApiToken",
    examples: { active: { summary: "An active token", value: TOKEN } },
  },
  failures: ["not_found"],
} as const satisfies ApiOperationParts;

export const CURRENT = {
  operationId: "getCurrentApiToken",
  summary: "Get the token of this request",
  description: "Returns the token that the request was made with.",
  request: NOTHING,
  answer: {
    description: "The caller's own token.",
    schema: "ApiToken",
    examples: { caller: { summary: "The caller's own token", value: TOKEN } },
  },
} as const satisfies ApiOperationParts;

export const VERIFY = {
  operationId: "verifyApiToken",
  summary: "Verify a token",
  description:
    "Returns whether a secret is valid for an access and a service, and the reason if it is not. Without " +
    "`audience` that service is Publisher's own API; for a token that verifies it is the only audience of that token. " +
    "A token that verifies may name its own audiences only, and learns nothing of tokens for others.",
  request: {
    schema: "VerifyToken",
    examples: {
      service: {
        summary: "For a service",
        value: { token: CREATED_TOKEN.token, access: "read", audience: EXAMPLE.audience },
      },
    },
  },
  answer: {
    description: "Whether it is good.",
    schema: "Verification",
    examples: {
      valid: { summary: "It is", value: VALID },
      unknown: { summary: "It is not", value: NOT_VALID },
    },
  },
} as const satisfies ApiOperationParts;

export const VERIFY_ALL = {
  operationId: "verifyApiTokens",
  summary: "Verify several tokens",
  description:
    `Verifies up to ${BULK_VERIFY_LIMIT} secrets for one access and one service. Each item of the answer is the answer of ` +
    "`api-token/verify` for the secret at the same place, and its use is counted in the same way. `audience` works as " +
    "there.",
  request: {
    schema: "VerifyTokens",
    examples: {
      service: {
        summary: "For a service",
        value: { tokens: [CREATED_TOKEN.token, "sk_live_mistyped"], audience: EXAMPLE.audience },
      },
    },
  },
  answer: {
    description: "Whether each of them is good.",
    schema: "Verifications",
    examples: { mixed: { summary: "The first one is, the second one is not", value: VALID_AND_NOT } },
  },
} as const satisfies ApiOperationParts;

export const COUNT = {
  operationId: "summarizeApiTokens",
  summary: "Count tokens",
  description: "Counts all tokens at one moment, and the expiries of active tokens by day.",
  request: NOTHING,
  answer: {
    description: "The counts.",
    schema: "ApiTokenSummary",
    examples: { one: { summary: "A server with one token", value: SUMMARY } },
  },
} as const satisfies ApiOperationParts;

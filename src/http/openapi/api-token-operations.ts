import { CREATED_TOKEN, EXAMPLE, REVOKED_TOKEN, SUMMARY, TOKEN, TOKEN_PAGE } from "./examples.ts";
import type { ApiOperationParts } from "./operation.ts";

const BY_ID = {
  schema: "TokenById",
  examples: { id: { summary: "By its id", value: { id: EXAMPLE.id } } },
} as const;

const NOTHING = {
  schema: "NoParameters",
  examples: { nothing: { summary: "No parameters", value: {} } },
} as const;

/** What the document tells of the endpoints of the resource `api-token`. */
export const API_TOKEN_OPERATIONS = {
  create: {
    operationId: "createApiToken",
    summary: "Create a token",
    description:
      "Makes a token and gives its secret, which is shown in this answer alone: the server keeps only a hash of it.",
    request: {
      schema: "CreateToken",
      examples: {
        expiring: {
          summary: "A read token with an expiry",
          value: { access: "read", description: EXAMPLE.description, expires_at: EXAMPLE.expiresAt },
        },
        lasting: { summary: "A write token that never expires", value: { access: "write" } },
      },
    },
    answer: {
      description: "The token was created.",
      schema: "CreatedApiToken",
      examples: { created: { summary: "The new token", value: CREATED_TOKEN } },
    },
  },
  list: {
    operationId: "listApiTokens",
    summary: "List tokens",
    description:
      "Gives tokens, newest first unless sorted otherwise, page by page: the `cursor` of one page asks for the next. " +
      "Without filters it has every token that can still matter, active or expired; revoked ones are left out unless " +
      "a filter names `status`, `revoked_at` or `id`.",
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
        searching: {
          summary: "Tokens of any status whose description begins with CI or that have none",
          value: {
            filters: [
              { key: "status", in: ["active", "expired", "revoked"] },
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
  },
  revoke: {
    operationId: "revokeApiToken",
    summary: "Revoke a token",
    description:
      "Ends a token at once and for good: no request that arrives after the answer is accepted with it, and nothing " +
      "brings it back. Doing it again gives the same answer. A token may revoke itself.",
    request: BY_ID,
    answer: {
      description: "The token is revoked.",
      schema: "ApiToken",
      examples: { revoked: { summary: "The revoked token", value: REVOKED_TOKEN } },
    },
    failures: ["NotFound"],
  },
  get: {
    operationId: "getApiToken",
    summary: "Get a token",
    description: "Gives one token, whatever its status.",
    request: BY_ID,
    answer: {
      description: "The token.",
      schema: "ApiToken",
      examples: { active: { summary: "An active token", value: TOKEN } },
    },
    failures: ["NotFound"],
  },
  current: {
    operationId: "getCurrentApiToken",
    summary: "Get the token of this request",
    description: "Gives the token that the request was made with.",
    request: NOTHING,
    answer: {
      description: "The caller's own token.",
      schema: "ApiToken",
      examples: { caller: { summary: "The caller's own token", value: TOKEN } },
    },
  },
  summary: {
    operationId: "summarizeApiTokens",
    summary: "Count tokens",
    description: "Counts all tokens at one moment, and tells when those that are active expire.",
    request: NOTHING,
    answer: {
      description: "The numbers.",
      schema: "ApiTokenSummary",
      examples: { one: { summary: "A server with one token", value: SUMMARY } },
    },
  },
} as const satisfies Readonly<Record<string, ApiOperationParts>>;

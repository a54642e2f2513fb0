import { STATUSES } from "../../tokens/token.ts";
import { EXAMPLE } from "./example-values.ts";
import {
  CREATED_TOKEN,
  NOT_VALID,
  REVOKED_TOKEN,
  REVOKED_WITH_DESCENDANTS,
  SUCCESSOR,
  SUMMARY,
  TOKEN,
  TOKEN_PAGE,
  VALID,
} from "./examples.ts";
import type { ApiOperationParts } from "./operation.ts";
import { PLACEHOLDER_IDS } from "./placeholder-ids.ts";
import { USAGE_OPERATION } from "./usage-operation.ts";

const BY_ID = {
  schema: "TokenById",
  examples: { id: { summary: "By its id", value: { id: PLACEHOLDER_IDS.own } } },
} as const;

const NOTHING = {
  schema: "NoParameters",
  examples: { nothing: { summary: "No parameters", value: {} } },
} as const;

/** What the document tells of the endpoints of the resource `api-token`, in the order in which it lists them. */
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
        service: {
          summary: "A token for a service behind a reverse proxy, and nothing else",
          value: { access: "read", description: EXAMPLE.description, audiences: [EXAMPLE.audience] },
        },
        verifying: {
          summary: "A token with which a service verifies tokens, and does nothing else",
          value: { access: "read", audiences: [EXAMPLE.audience], verifies: true },
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
  },
  get: {
    operationId: "getApiToken",
    summary: "Get a token",
    description: "Returns one token of any status.",
    request: BY_ID,
    answer: {
      description: "The token.",
      schema: "ApiToken",
      examples: { active: { summary: "An active token", value: TOKEN } },
    },
    failures: ["not_found"],
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
  update: {
    operationId: "updateApiToken",
    summary: "Change a token",
    description:
      "Changes what a token is described as and when it expires. Its access and its audiences never change. A token " +
      "that is revoked or expired stays as it is: that is a 409. A token that was replaced may change neither itself nor " +
      "its successor: that is a 403.",
    request: {
      schema: "UpdateToken",
      examples: {
        lasting: { summary: "Let it never expire", value: { id: PLACEHOLDER_IDS.created, expires_at: null } },
        described: {
          summary: "Describe it",
          value: { id: PLACEHOLDER_IDS.created, description: "CI, nightly" },
        },
      },
    },
    answer: {
      description: "The token as it is now.",
      schema: "ApiToken",
      examples: { lasting: { summary: "A token that never expires", value: { ...TOKEN, expires_at: null } } },
    },
    failures: ["not_found", "conflict"],
  },
  rotate: {
    operationId: "rotateApiToken",
    summary: "Replace a token",
    description:
      "Makes a token with the same access, audiences and description and a secret of its own, which is shown in this " +
      "answer alone. The old token goes on working until the overlap ends, though never longer than it would have, and " +
      "is expired from then on; without an overlap it is revoked. A token that was replaced, is revoked or has expired " +
      "cannot be: that is a 409, which names its successor, if it has one.",
    request: {
      schema: "RotateToken",
      examples: {
        overlapping: {
          summary: "With an hour to bring the new secret to where it is used",
          value: { id: PLACEHOLDER_IDS.created, overlap_seconds: 3600 },
        },
        atOnce: { summary: "At once", value: { id: PLACEHOLDER_IDS.created, overlap_seconds: 0 } },
      },
    },
    answer: {
      description: "The token was replaced.",
      schema: "SuccessorApiToken",
      examples: { successor: { summary: "The successor", value: SUCCESSOR } },
    },
    failures: ["not_found", "conflict"],
  },
  revoke: {
    operationId: "revokeApiToken",
    summary: "Revoke a token",
    description:
      "Ends a token at once and for good: no request that arrives after the answer is accepted with it, and nothing " +
      "brings it back. Doing it again gives the same answer. With `descendants`, all that came of the token ends with " +
      "it; try that with `dry_run` first. A token that was replaced may revoke itself, but not its successor: that is a 403.",
    request: {
      schema: "RevokeToken",
      examples: {
        id: { summary: "By its id", value: { id: PLACEHOLDER_IDS.created } },
        descendants: {
          summary: "See what revoking it with its descendants would be about",
          value: { id: PLACEHOLDER_IDS.own, descendants: true, dry_run: true },
        },
      },
    },
    answer: {
      description: "The token is revoked, unless it was a dry run.",
      schema: "RevokedApiToken",
      examples: {
        revoked: { summary: "The revoked token", value: REVOKED_TOKEN },
        descendants: { summary: "With descendants", value: REVOKED_WITH_DESCENDANTS },
      },
    },
    failures: ["not_found"],
  },
  verify: {
    operationId: "verifyApiToken",
    summary: "Verify a token",
    description:
      "Tells whether a secret is that of a token which is good for an access and a service, and if not, why. Without " +
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
  usage: USAGE_OPERATION,
} as const satisfies Readonly<Record<string, ApiOperationParts>>;

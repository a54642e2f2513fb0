import { EXAMPLE } from "./example-values.ts";
import { CREATED_TOKEN, REVOKED_TOKEN, REVOKED_WITH_DESCENDANTS, SUCCESSOR, TOKEN } from "./examples.ts";
import type { ApiOperationParts } from "./operation.ts";
import { PLACEHOLDER_IDS } from "./placeholder-ids.ts";

export const CREATE = {
  operationId: "createApiToken",
  summary: "Create a token",
  description:
    "Creates a token and returns its secret. No other answer shows the secret: the server stores only a hash of it.",
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
} as const satisfies ApiOperationParts;

export const UPDATE = {
  operationId: "updateApiToken",
  summary: "Change a token",
  description:
    "Changes the description and the expiry of a token. Its access and its audiences never change. A token " +
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
} as const satisfies ApiOperationParts;

export const ROTATE = {
  operationId: "rotateApiToken",
  summary: "Replace a token",
  description:
    "Makes a token with the same access, audiences and description and a secret of its own, which is shown in this " +
    "answer alone. The old token goes on working until the overlap ends, though never longer than it would have, and " +
    "is expired from then on; without an overlap it is revoked. A token that was replaced, is revoked or has expired " +
    "cannot be replaced: that is a 409, which names its successor, if it has one.",
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
} as const satisfies ApiOperationParts;

export const REVOKE = {
  operationId: "revokeApiToken",
  summary: "Revoke a token",
  description:
    "Ends a token at once and for good: no request that arrives after the answer is accepted with it, and nothing " +
    "brings it back. Doing it again gives the same answer. With `descendants`, the tokens that it created or that " +
    "replaced it end too, and theirs; try that with `dry_run` first. A token that was replaced may revoke itself, but not its successor: that is a 403.",
  request: {
    schema: "RevokeToken",
    examples: {
      id: { summary: "By its id", value: { id: PLACEHOLDER_IDS.created } },
      descendants: {
        summary: "See which tokens a revocation with descendants would end",
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
} as const satisfies ApiOperationParts;

import { shownHint } from "../../tokens/secret/hint.ts";
import { summaryOf } from "../../tokens/summary.ts";
import { parseTime } from "../../tokens/time.ts";
import { summaryResource } from "../api/resources.ts";
import type {
  ApiToken,
  ApiTokenPage,
  CreatedApiToken,
  RevokedApiToken,
  SuccessorApiToken,
  Verification,
  Verifications,
} from "../api/responses/api-token.ts";
import type { ApiTokenUsage } from "../api/responses/api-token-usage.ts";
import type { AuditEventPage } from "../api/responses/audit-event.ts";
import type { Introspection } from "../api/responses/introspection.ts";
import { EXAMPLE, SECRET } from "./example-values.ts";

export const TOKEN: ApiToken = {
  id: EXAMPLE.id,
  access: "read",
  audiences: null,
  description: EXAMPLE.description,
  hint: shownHint(SECRET.slice(-4)),
  status: "active",
  created_at: EXAMPLE.createdAt,
  created_by: EXAMPLE.creatorId,
  expires_at: EXAMPLE.expiresAt,
  revoked_at: null,
  last_used_at: null,
  replaced_by: null,
  reused_at: null,
  reused_from: null,
};

export const REVOKED_TOKEN: ApiToken = { ...TOKEN, status: "revoked", revoked_at: EXAMPLE.revokedAt };

export const REVOKED_WITH_DESCENDANTS: RevokedApiToken = {
  ...REVOKED_TOKEN,
  descendants: {
    active: { read: 3, write: 1 },
    expired: { read: 1, write: 0 },
    revoked: { read: 0, write: 0 },
  },
};

export const CREATED_TOKEN: CreatedApiToken = {
  id: EXAMPLE.id,
  access: "read",
  description: EXAMPLE.description,
  token: SECRET,
  created_at: EXAMPLE.createdAt,
  expires_at: EXAMPLE.expiresAt,
};

export const SUCCESSOR: SuccessorApiToken = {
  ...CREATED_TOKEN,
  replaces: EXAMPLE.creatorId,
};

/** Of a token for a service. */
const SERVICE_TOKEN: ApiToken = { ...TOKEN, audiences: [EXAMPLE.audience] };

export const VALID: Verification = {
  valid: true,
  reason: null,
  api_token: SERVICE_TOKEN,
};

export const NOT_VALID: Verification = { valid: false, reason: "unknown", api_token: null };

/** Of a good secret, and of a text that is none. */
export const VALID_AND_NOT: Verifications = { data: [VALID, { ...NOT_VALID, reason: "malformed" }] };

/** Of a token for a service. */
export const ACTIVE: Introspection = {
  active: true,
  scope: "read",
  client_id: EXAMPLE.id,
  sub: EXAMPLE.id,
  aud: [EXAMPLE.audience],
  iat: parseTime(EXAMPLE.createdAt) ?? 0,
  exp: parseTime(EXAMPLE.expiresAt) ?? 0,
  token_type: "Bearer",
};

export const INACTIVE: Introspection = { active: false };

export const TOKEN_PAGE: ApiTokenPage = {
  data: [TOKEN],
  page: { page_size: 1, cursor: null, more: false },
};

export const AUDIT_EVENT_PAGE: AuditEventPage = {
  data: [
    {
      id: EXAMPLE.auditEventId,
      at: EXAMPLE.createdAt,
      action: "api-token.create",
      actor: EXAMPLE.creatorId,
      target: EXAMPLE.id,
      trace_id: EXAMPLE.traceId,
      request_id: EXAMPLE.requestId,
      ip: "192.0.2.1",
      changes: {
        access: "read",
        audiences: null,
        description: EXAMPLE.description,
        expires_at: EXAMPLE.expiresAt,
      },
    },
  ],
  page: { page_size: 1, cursor: null, more: false },
};

const USES = [
  { start: "2025-01-15T00:00:00Z", accepted: 42, refused: 0 },
  { start: "2025-01-17T00:00:00Z", accepted: 8, refused: 3 },
];

export const USAGE: ApiTokenUsage = {
  bucket: "day",
  from: "2024-12-20T00:00:00Z",
  to: "2025-01-18T00:00:00Z",
  buckets: USES,
};

export const USAGE_OF_TWO: ApiTokenUsage = {
  ...USAGE,
  tokens: [
    { id: EXAMPLE.id, buckets: USES },
    { id: EXAMPLE.creatorId, buckets: [] },
  ],
};

/** Of a server with one token, which expires after the days of a summary. */
export const SUMMARY = summaryResource(
  summaryOf(
    [{ status: "active", access: "read", expiryDay: null, count: 1, neverUsed: 1, reused: 0 }],
    parseTime(EXAMPLE.createdAt) ?? 0,
  ),
);

import { summaryOf } from "../../tokens/summary.ts";
import { parseTime } from "../../tokens/time.ts";
import {
  type auditEventPage,
  type createdResource,
  type introspectionResource,
  type revocationResource,
  type successorResource,
  summaryResource,
  type tokenPage,
  type tokenResource,
  type usageResource,
  type verificationResource,
} from "../api/resources.ts";

/** A secret's form, without being one: its checksum is wrong. */
const SECRET = `sk_live_${"EXAMPLE".repeat(7)}`;

/** What the examples of the document are made of: tokens that exist nowhere. */
export const EXAMPLE = {
  id: "atok_0VYcpXZkq7Rw2mD9sLhT4a",
  auditEventId: "aevt_0VYcpXa1mN8kQe4RzTfW6b",
  creatorId: "atok_0VYcp0000fG5nB8vQxJ3Kz",
  description: "CI",
  audience: "wiki",
  createdAt: "2025-01-15T09:30:00Z",
  expiresAt: "2030-12-31T23:59:59Z",
  revokedAt: "2025-02-01T08:00:00Z",
  traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
  requestId: "9c1de5a4f0b2477d8a6e3b5c7f901234",
} as const;

export const TOKEN: ReturnType<typeof tokenResource> = {
  id: EXAMPLE.id,
  access: "read",
  audiences: null,
  description: EXAMPLE.description,
  hint: `sk_live_…${SECRET.slice(-4)}`,
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

export const REVOKED_TOKEN: typeof TOKEN = { ...TOKEN, status: "revoked", revoked_at: EXAMPLE.revokedAt };

export const REVOKED_WITH_DESCENDANTS: ReturnType<typeof revocationResource> = {
  ...REVOKED_TOKEN,
  descendants: {
    active: { read: 3, write: 1 },
    expired: { read: 1, write: 0 },
    revoked: { read: 0, write: 0 },
  },
};

export const CREATED_TOKEN: ReturnType<typeof createdResource> = {
  id: EXAMPLE.id,
  access: "read",
  description: EXAMPLE.description,
  token: SECRET,
  created_at: EXAMPLE.createdAt,
  expires_at: EXAMPLE.expiresAt,
};

export const SUCCESSOR: ReturnType<typeof successorResource> = {
  ...CREATED_TOKEN,
  replaces: EXAMPLE.creatorId,
};

/** Of a token for a service. */
const SERVICE_TOKEN: typeof TOKEN = { ...TOKEN, audiences: [EXAMPLE.audience] };

export const VALID: ReturnType<typeof verificationResource> = {
  valid: true,
  reason: null,
  api_token: SERVICE_TOKEN,
};

export const NOT_VALID: typeof VALID = { valid: false, reason: "unknown", api_token: null };

/** Of a token for a service. */
export const ACTIVE: ReturnType<typeof introspectionResource> = {
  active: true,
  scope: "read",
  client_id: EXAMPLE.id,
  sub: EXAMPLE.id,
  aud: [EXAMPLE.audience],
  iat: parseTime(EXAMPLE.createdAt) ?? 0,
  exp: parseTime(EXAMPLE.expiresAt) ?? 0,
  token_type: "Bearer",
};

export const INACTIVE: ReturnType<typeof introspectionResource> = { active: false };

export const TOKEN_PAGE: ReturnType<typeof tokenPage> = {
  data: [TOKEN],
  page: { page_size: 1, cursor: null, more: false },
};

export const AUDIT_EVENT_PAGE: ReturnType<typeof auditEventPage> = {
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

export const USAGE: ReturnType<typeof usageResource> = {
  bucket: "day",
  from: "2024-12-20T00:00:00Z",
  to: "2025-01-18T00:00:00Z",
  buckets: USES,
};

export const USAGE_OF_TWO: typeof USAGE = {
  ...USAGE,
  tokens: [
    { id: EXAMPLE.id, buckets: USES },
    { id: EXAMPLE.creatorId, buckets: [] },
  ],
};

/** Of a server with one token, which expires later than a summary looks ahead. */
export const SUMMARY = summaryResource(
  summaryOf(
    [{ status: "active", access: "read", expiryDay: null, count: 1, neverUsed: 1, reused: 0 }],
    parseTime(EXAMPLE.createdAt) ?? 0,
  ),
);

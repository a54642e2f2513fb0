import { BARE_CHALLENGE } from "./credentials.ts";

export interface EndpointUnderTest {
  /** Below `/publisher.v1/`, as `api-token/list`. */
  readonly path: string;
  readonly access: "read" | "write";
  /** A body that passes every check before that of state. */
  readonly body: object;
}

/** Every endpoint, and what calling it takes. */
export const ENDPOINTS: readonly EndpointUnderTest[] = [
  { path: "api-token/create", access: "write", body: { access: "read" } },
  { path: "api-token/list", access: "read", body: {} },
  { path: "api-token/update", access: "write", body: { id: "atok_0" } },
  { path: "api-token/rotate", access: "write", body: { id: "atok_0" } },
  { path: "api-token/verify", access: "read", body: { token: "sk_live_" } },
  { path: "api-token/revoke", access: "write", body: { id: "atok_0" } },
  { path: "api-token/get", access: "read", body: { id: "atok_0" } },
  { path: "api-token/current", access: "read", body: {} },
  { path: "api-token/summary", access: "read", body: {} },
  { path: "api-token/usage", access: "read", body: { bucket: "hour" } },
  { path: "audit-event/list", access: "read", body: {} },
];

/** What a read token is told where it takes a write token. */
export const INSUFFICIENT = `${BARE_CHALLENGE}, error="insufficient_scope", scope="write"`;

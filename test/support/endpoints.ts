import { BARE_CHALLENGE } from "./credentials.ts";

export interface EndpointUnderTest {
  readonly name: string;
  readonly access: "read" | "write";
  /** A body that passes every check before that of state. */
  readonly body: object;
}

/** Every endpoint of the resource `api-token`, and what calling it takes. */
export const ENDPOINTS: readonly EndpointUnderTest[] = [
  { name: "create", access: "write", body: { access: "read" } },
  { name: "list", access: "read", body: {} },
  { name: "update", access: "write", body: { id: "atok_0" } },
  { name: "rotate", access: "write", body: { id: "atok_0" } },
  { name: "verify", access: "read", body: { token: "sk_live_" } },
  { name: "revoke", access: "write", body: { id: "atok_0" } },
  { name: "get", access: "read", body: { id: "atok_0" } },
  { name: "current", access: "read", body: {} },
  { name: "summary", access: "read", body: {} },
];

/** What a read token is told where it takes a write token. */
export const INSUFFICIENT = `${BARE_CHALLENGE}, error="insufficient_scope", scope="write"`;

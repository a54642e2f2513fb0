import type { UnixSeconds } from "../time.ts";

export type AuditAction = "api-token.create" | "api-token.update" | "api-token.rotate" | "api-token.revoke";

export const AUDIT_ACTIONS: readonly AuditAction[] = [
  "api-token.create",
  "api-token.update",
  "api-token.rotate",
  "api-token.revoke",
];

/** Who makes a change and from where. */
export interface Actor {
  /** The id of the token that the caller holds; null for the command line. */
  readonly tokenId: string | null;
  /** Chosen by the caller where the request has a `traceparent` header. */
  readonly traceId: string | null;
  /** Publisher's own id of the request. */
  readonly requestId: string | null;
  readonly ip: string | null;
}

/** The actor at the command line: a user who may write the data directory may make every change. */
export const COMMAND_LINE: Actor = { tokenId: null, traceId: null, requestId: null, ip: null };

/** The record of a change, written in the transaction of the change itself. It never has a secret. */
export interface AuditEvent {
  readonly id: string;
  readonly at: UnixSeconds;
  readonly action: AuditAction;
  readonly actor: Actor;
  /** The id of the token that changed. */
  readonly target: string;
  /** The new values, under the names that the API gives them. */
  readonly changes: Readonly<Record<string, string | number | boolean | null | readonly string[]>>;
}

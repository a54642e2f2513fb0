import type { TokenPage } from "./types.ts";

export type Bucket = "hour" | "day";

/** How often tokens were used in an hour or a day of UTC. */
export interface Uses {
  /** When that began. */
  readonly start: string;
  readonly accepted: number;
  readonly refused: number;
}

/** Counts of uses. Buckets without a use are left out. */
export interface Usage {
  readonly bucket: Bucket;
  /** The counted range, in whole buckets. The bucket that begins at `to` is not part of it. */
  readonly from: string;
  readonly to: string;
  readonly buckets: readonly Uses[];
  /** The same of each token, where several were asked for. */
  readonly tokens?: readonly { readonly id: string; readonly buckets: readonly Uses[] }[];
}

export const AUDIT_ACTIONS = [
  "api-token.create",
  "api-token.update",
  "api-token.rotate",
  "api-token.revoke",
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** A change to a token. */
export interface AuditEvent {
  readonly id: string;
  readonly at: string;
  /** One of AUDIT_ACTIONS, unless the server knows more than this page. */
  readonly action: string;
  /** The id of the token that it was done with; null for the command line. */
  readonly actor: string | null;
  /** The id of the token that was changed. */
  readonly target: string;
  readonly trace_id: string | null;
  /** Publisher's own id of the request; null also for events of earlier versions. */
  readonly request_id: string | null;
  readonly ip: string | null;
  /** The new values, under the names that a token has them under. */
  readonly changes: Readonly<Record<string, unknown>>;
}

export interface AuditPage {
  readonly data: readonly AuditEvent[];
  readonly page: TokenPage["page"];
}

import { audiencesFault } from "./audience.ts";
import { OVERLAP_FORM, OVERLAP_MAX_SECONDS } from "./limits.ts";
import type { Issue } from "./refusal.ts";
import type { UnixSeconds } from "./time.ts";
import { type Access, descriptionFault, expiryFault } from "./token.ts";

/** The fields of a new token. */
export interface TokenRequest {
  readonly access: Access;
  /** The services that it is for; null for Publisher's own API. */
  readonly audiences: readonly string[] | null;
  readonly description: string | null;
  readonly expiresAt: UnixSeconds | null;
  /** Whether the token is there to verify tokens for its audiences, and for nothing else; false if left out. */
  readonly verifies?: boolean;
}

/** The new fields of a token. An undefined field stays as it is, and null removes it. */
export interface UpdateRequest {
  readonly description?: string | null;
  readonly expiresAt?: UnixSeconds | null;
}

/** Every field that a request can set. */
interface TokenFields {
  readonly access?: Access;
  readonly verifies?: boolean;
  readonly audiences?: readonly string[] | null;
  readonly description?: string | null;
  readonly overlapSeconds?: number;
  readonly expiresAt?: UnixSeconds | null | undefined;
}

/** All faults of the fields of a request. */
export function issuesOf(
  {
    access,
    audiences = null,
    description = null,
    expiresAt = null,
    overlapSeconds = 0,
    verifies = false,
  }: TokenFields,
  now: UnixSeconds,
): readonly Issue[] {
  const faults = [
    { path: "access", message: verifies && access === "write" ? NOT_READ : null },
    {
      path: "audiences",
      message: audiences === null ? noAudiencesFault(verifies) : audiencesFault(audiences),
    },
    { path: "description", message: description === null ? null : descriptionFault(description) },
    { path: "overlap_seconds", message: overlapFault(overlapSeconds) },
    { path: "expires_at", message: expiresAt === null ? null : expiryFault(expiresAt, now) },
  ];
  return faults.flatMap(({ path, message }) => (message === null ? [] : [{ path, message }]));
}

const NOT_READ = 'must be "read" for a token that verifies';

function noAudiencesFault(verifies: boolean): string | null {
  return verifies ? "must name the audiences that the token verifies tokens for" : null;
}

function overlapFault(seconds: number): string | null {
  const isFine = Number.isInteger(seconds) && seconds >= 0 && seconds <= OVERLAP_MAX_SECONDS;
  return isFine ? null : `must be ${OVERLAP_FORM}`;
}

import { NotFoundError } from "elysia";
import { type ScanRefusal, ScanRefused } from "../tokens/listing/scan-error.ts";
import type { AuthenticationRefusal, Issue } from "../tokens/refusal.ts";
import { RevocationPendingError, type WaitingTokens } from "../tokens/revocation/revocation-pending-error.ts";
import type { Status, Token } from "../tokens/token.ts";
import { type ChangeOutcome, StoreUnavailable } from "../tokens/token-store.ts";
import type { Carrier } from "./auth/credentials.ts";
import { ERROR_CODES, type ErrorCode } from "./error-codes.ts";
import { STORE_UNCHANGED } from "./messages-known-to-pages.ts";

const NOTHING = {};

interface FailureParts {
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
  readonly refusal?: AuthenticationRefusal;
  readonly carrier?: Carrier | null;
}

/**
 * The reason why a request fails, with everything that its caller may know. It is no Error: nobody reads the stack that
 * an Error collects, and refused requests come in masses.
 */
export class Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  /** The reason why the token was refused; null if the failure is about something else. */
  readonly refusal: AuthenticationRefusal | null;
  /** The place in the request where that token came; null if there is none. */
  readonly carrier: Carrier | null;
  /** The error of the server behind it; undefined if there is none. */
  readonly cause: unknown;

  constructor(code: ErrorCode, parts: FailureParts) {
    this.code = code;
    this.message = parts.message;
    this.details = parts.details ?? NOTHING;
    this.headers = parts.headers ?? NOTHING;
    this.refusal = parts.refusal ?? null;
    this.carrier = parts.carrier ?? null;
    this.cause = parts.cause;
  }

  get status(): number {
    return ERROR_CODES[this.code].status;
  }
}

/** The most issues in the message; `data` has the others. */
const ISSUES_IN_MESSAGE = 3;

/** The most issues in `data`: a body of 64 KiB can have tens of thousands. */
export const ISSUE_LIMIT = 100;
const MORE_ISSUES: Issue = { path: "", message: "has more that is wrong than is listed here" };

export function badRequest(issues: readonly Issue[]): Failure {
  const sentences = issues
    .slice(0, ISSUES_IN_MESSAGE)
    .map(({ path, message }) => `${path || "the body"} ${message}`);
  const rest = issues.length > ISSUES_IN_MESSAGE ? [`and ${issues.length - ISSUES_IN_MESSAGE} more`] : [];
  const listed = issues.length > ISSUE_LIMIT ? [...issues.slice(0, ISSUE_LIMIT), MORE_ISSUES] : issues;
  return new Failure("bad_request", {
    message: [...sentences, ...rest].join("; "),
    details: { issues: listed },
  });
}

export function notFound(resource: string): Failure {
  const message =
    resource === "api-token" ? "There is no API token with this id" : "There is nothing at this path";
  return new Failure("not_found", { message, details: { resource } });
}

/** The failure of a change to a token that has ended or was replaced. */
export function conflict({ replacedBy }: Pick<Token, "replacedBy">, status: Status): Failure {
  const message =
    status === "active" ? "The API token was already replaced" : `The API token is ${status} and stays so`;
  return new Failure("conflict", {
    message,
    details: { resource: "api-token", status, replaced_by: replacedBy },
  });
}

export function methodNotAllowed(allow: string): Failure {
  return new Failure("method_not_allowed", { message: `Use ${allow} for this path`, headers: { allow } });
}

const RETRY_AFTER_SECONDS = 5;

export function unavailable(
  message: string,
  cause?: unknown,
  details: FailureParts["details"] = {},
): Failure {
  return new Failure("unavailable", {
    message,
    details,
    headers: { "retry-after": String(RETRY_AFTER_SECONDS) },
    cause,
  });
}

/** The messages for a change that the store could not make, by its outcome. */
const OUTCOMES: Readonly<Record<ChangeOutcome, string>> = {
  unchanged: STORE_UNCHANGED,
  unknown:
    "The storage failed in the middle of the change. Whether it was made is only known after a restart: see the audit trail",
};

function pendingMessage({ token, descendants }: WaitingTokens): string {
  if (!token)
    return (
      "The token is revoked for good. This server refuses its descendants too, but could not store that for " +
      `${descendants} of them yet. It does so as soon as it can; a restart before that would let them in again`
    );
  const [refused, them] =
    descendants === 0 ? ["the token", "the token"] : ["the token and its descendants", "them"];
  return (
    `The revocation cannot be stored now. This server refuses ${refused} from now on and stores the revocation ` +
    `as soon as it can; a restart before that would let ${them} in again`
  );
}

const UNREADABLE = "The store cannot be used now; try again later";

function revocationWaits(error: RevocationPendingError): Failure {
  const { waiting } = error;
  return unavailable(pendingMessage(waiting), error, {
    outcome: "pending",
    pending_token: waiting.token,
    pending_descendants: waiting.descendants,
  });
}

function storeUnavailable(error: StoreUnavailable): Failure {
  const { outcome } = error;
  if (outcome === null) return unavailable(UNREADABLE, error);
  return unavailable(OUTCOMES[outcome], error, outcome === "unchanged" ? {} : { outcome });
}

/** It closes the connection too, so that the client tries another server, or the same one later. */
export function shuttingDown(): Failure {
  const { code, message, details, headers } = unavailable("The server is shutting down; try again soon");
  return new Failure(code, { message, details, headers: { ...headers, connection: "close" } });
}

/** It has no cause: many long reads are no fault of the server, and must not fill its log. */
function scanRefused(reason: ScanRefusal): Failure {
  switch (reason) {
    case "too-many":
      return unavailable("Too many long reads are under way; try again soon");
    case "too-long":
      return unavailable("This read took too long and was ended; use narrower filters");
    case "closing":
      return shuttingDown();
    case "abandoned":
      return unavailable("The client did not wait for the answer");
  }
}

function internalError(cause: unknown): Failure {
  return new Failure("internal_error", { message: "Something went wrong on the server", cause });
}

/** Turns any thrown value into the failure that the caller gets. */
export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof NotFoundError) return notFound("endpoint");
  // Before StoreUnavailable, of which it is a kind.
  if (error instanceof ScanRefused) return scanRefused(error.reason);
  if (error instanceof StoreUnavailable) return storeUnavailable(error);
  if (error instanceof RevocationPendingError) return revocationWaits(error);
  return internalError(error);
}

import { noteServerTime } from "./server-time.ts";
import { STATUSES, type Status } from "./types.ts";

/** How long an answer may take before the server counts as unreachable. */
const PATIENCE_MS = 15_000;

export interface Issue {
  readonly path: string;
  readonly message: string;
}

/** The state of a token that does not allow a change. */
export interface Conflict {
  readonly status: Status;
  readonly replaced_by: string | null;
}

interface ErrorParts {
  readonly traceId: string | null;
  readonly issues?: readonly Issue[];
  readonly conflict?: Conflict | null;
  readonly isOutcomeOpen?: boolean;
  readonly isPending?: boolean;
}

/** An answer of the API with an error. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly traceId: string | null;
  /** The faulty parameters; empty unless the request was a bad one. */
  readonly issues: readonly Issue[];
  /** Null unless the state of the token does not allow the change. */
  readonly conflict: Conflict | null;
  /** Whether the server may have made the change in spite of the error. */
  readonly isOutcomeOpen: boolean;
  /** Whether it is a revocation that holds, but is not stored yet. */
  readonly isPending: boolean;

  constructor(message: string, status: number, parts: ErrorParts) {
    super(message);
    const { traceId, issues = [], conflict = null, isOutcomeOpen = false, isPending = false } = parts;
    this.status = status;
    this.traceId = traceId;
    this.issues = issues;
    this.conflict = conflict;
    this.isOutcomeOpen = isOutcomeOpen;
    this.isPending = isPending;
  }

  /** The fault of a parameter, as the end of a sentence that begins with its name; null if there is none. */
  faultOf(parameter: string): string | null {
    const issue = this.issues.find(({ path }) => path.split(/[.[]/, 1)[0] === parameter);
    return issue?.message ?? null;
  }
}

/** No answer came: the server does not run, or the network is gone. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

/** A text that is no token, and was not sent. */
export class NotAToken extends Error {
  override readonly name = "NotAToken";
}

/** A success with a body that cannot be read. */
export class Unreadable extends Error {
  override readonly name = "Unreadable";
}

/** Whether the server may have made the change in spite of an error. */
export function isAnswerLost(error: unknown): boolean {
  if (error instanceof ApiError) return error.isOutcomeOpen;
  return error instanceof Unreachable || error instanceof Unreadable;
}

/** Calls an endpoint, as `api-token/list`. Throws ApiError, NotAToken, Unreachable or Unreadable. */
export async function post<Answer>(endpoint: string, body: object, secret: string): Promise<Answer> {
  requireSendable(secret);
  const response = await send(`publisher.v1/${endpoint}`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${secret}` },
    body: JSON.stringify(body),
  });
  const answer = await readJson(response);
  if (response.ok && isObject(answer)) return answer as Answer;
  if (response.ok) throw new Unreadable("The server's answer cannot be read");
  throw apiError(response, answer);
}

/** Whether the server answers at all. */
export async function isAnswering(): Promise<boolean> {
  try {
    return (await send("healthz", { method: "GET" })).ok;
  } catch {
    return false;
  }
}

/** A header can hold no other characters, and `fetch` fails on them as it does on a network that is gone. */
const SENDABLE = /^[\x21-\x7e]+$/;

function requireSendable(secret: string): void {
  if (SENDABLE.test(secret)) return;
  throw new NotAToken(
    secret.includes("…") ? "This is a token's hint, not the token" : "This is not an API token",
  );
}

/** `path` is relative to the page, which may lie below a path prefix of a proxy. */
async function send(path: string, request: RequestInit): Promise<Response> {
  try {
    const response = await fetch(path, {
      ...request,
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    noteServerTime(response.headers);
    return response;
  } catch (error) {
    throw new Unreachable("Publisher cannot be reached", { cause: error });
  }
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return null;
  }
}

interface Envelope {
  readonly error: {
    readonly message: string;
    readonly trace_id: string;
    readonly data: {
      readonly issues?: readonly Issue[];
      readonly status?: unknown;
      readonly replaced_by?: unknown;
      readonly outcome?: unknown;
    };
  };
}

const FIRST_SERVER_ERROR = 500;

/** Bad Gateway and Gateway Timeout. https://www.rfc-editor.org/rfc/rfc9110#section-15.6.3 */
const GATEWAY_ERRORS: readonly number[] = [502, 504];

/** A server error without the API's envelope comes from a proxy, which may have passed the request on before. */
function apiError(response: Response, answer: unknown): ApiError {
  const { status, headers } = response;
  if (!isEnvelope(answer)) {
    const traceId = headers.get("trace-id");
    const isOutcomeOpen = status >= FIRST_SERVER_ERROR;
    return new ApiError(`The server answered with status ${status}`, status, { traceId, isOutcomeOpen });
  }
  const { message, trace_id: traceId, data } = answer.error;
  const { issues = [] } = data;
  return new ApiError(describedBy(headers) ?? message, status, {
    traceId,
    issues,
    conflict: conflictOf(data),
    isOutcomeOpen: data.outcome === "unknown" || GATEWAY_ERRORS.includes(status),
    isPending: data.outcome === "pending",
  });
}

function conflictOf({ status: told, replaced_by: successor }: Envelope["error"]["data"]): Conflict | null {
  const status = STATUSES.find((known) => known === told);
  return status === undefined
    ? null
    : { status, replaced_by: typeof successor === "string" ? successor : null };
}

function isEnvelope(answer: unknown): answer is Envelope {
  if (!isObject(answer) || !isObject(answer.error)) return false;
  const { message, trace_id: traceId, data } = answer.error;
  return typeof message === "string" && typeof traceId === "string" && isObject(data);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** Why a token is refused. https://www.rfc-editor.org/rfc/rfc6750#section-3 */
function describedBy(headers: Headers): string | null {
  return /error_description="([^"]+)"/.exec(headers.get("www-authenticate") ?? "")?.[1] ?? null;
}

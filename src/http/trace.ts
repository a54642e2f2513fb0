import type { AuthenticationRefusal } from "../tokens/refusal.ts";
import type { Token } from "../tokens/token.ts";
import type { DenialReason, Purpose } from "../tokens/verification.ts";
import type { Carrier } from "./auth/credentials.ts";
import { OPEN, type RoutePolicy } from "./auth/route-policy.ts";
import { asFailure } from "./errors.ts";
import type { RequestLog } from "./request-log.ts";
import { arrivalOf } from "./request-queue.ts";
import { pathOf } from "./request-target.ts";
import { secure } from "./security-headers.ts";

/** Version, trace id, parent id, flags. https://www.w3.org/TR/trace-context/#traceparent-header */
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$/;

/** What is known of a request while it is under way. */
export interface Trace {
  readonly id: string;
  /** Publisher's own id of the request; the trace id is the caller's where there is a `traceparent`. */
  readonly requestId: string;
  readonly ip: string | null;
  /** What the log gives as the path that was asked for. */
  path: string;
  /** By performance.now(). */
  readonly startedAt: number;
  /** The policy of its path, once the router has said so. */
  policy: RoutePolicy;
  /** Where its token came; null where none was shown. */
  carrier: Carrier | null;
  /** Whose request it is, once authentication has said so. */
  caller: Token | null;
  /** The token whose secret was shown, good or not. */
  shown: Token | null;
  /** Lets the caller do something, or says why not. */
  admit: Admit;
  /** Looks anew whether the request's token is still good; throws a Failure if it is not. */
  authenticateAgain: () => Promise<void>;
  /** Why authentication refused it. */
  refusal: AuthenticationRefusal | null;
  /** Whether the query of a proxy's question is not of its grammar. */
  hasUnknownOptions: boolean;
  /** What went wrong in the server. */
  fault: { readonly error: unknown; readonly message: string } | null;
}

type Admit = (purpose: Purpose | null) => DenialReason | null;

type Handle = (request: Request) => unknown;

const traces = new WeakMap<Request, Trace>();

/** The trace of a request that came in through `traced`. */
export function traceOf(request: Request): Trace {
  const trace = traces.get(request);
  if (trace === undefined) throw new Error("this request did not come in through traced()");
  return trace;
}

/** The trace id of a valid `traceparent` header; null where there is none. */
export function traceIdFrom(traceparent: string | null): string | null {
  const [, version, id, more] = (traceparent && TRACEPARENT.exec(traceparent)) || [];
  const isValid = id !== undefined && (version !== "00" || more === undefined);
  return isValid ? id : null;
}

export interface TracedParts {
  readonly log: RequestLog;
  /** The address that a request came from; null where it came from none. */
  readonly addressOf: (request: Request) => string | null;
}

/**
 * Around everything: gives each request its trace, and each answer, whoever made it, the trace id and the security
 * headers, and tells the log.
 */
export function traced({ log, addressOf }: TracedParts) {
  return (handle: Handle, received: Request) => async (): Promise<Response> => {
    const startedAt = arrivalOf(received);
    const request = withHost(received);
    const requestId = crypto.randomUUID().replaceAll("-", "");
    const trace: Trace = {
      id: traceIdFrom(request.headers.get("traceparent")) ?? requestId,
      requestId,
      ip: addressOf(received),
      path: pathOf(request.url),
      startedAt,
      policy: OPEN,
      carrier: null,
      caller: null,
      shown: null,
      admit: () => {
        throw new Error("this request was not authenticated");
      },
      authenticateAgain: () => Promise.reject(new Error("this request was not authenticated")),
      refusal: null,
      hasUnknownOptions: false,
      fault: null,
    };
    traces.set(request, trace);
    const response = await answered(handle, request, trace);
    response.headers.set("trace-id", trace.id);
    // The runtime takes trailers for a new request and answers it with a 400, which must not reach another client.
    if (request.headers.has("transfer-encoding")) response.headers.set("connection", "close");
    secure(response.headers);
    log.answered(trace, request.method, response.status, performance.now() - startedAt);
    return response;
  };
}

/** A request of HTTP/1.0 need not name a host, as HAProxy's health checks do not; its URL is then a mere path. */
function withHost(request: Request): Request {
  return request.url.startsWith("/") ? new Request(`http://localhost${request.url}`, request) : request;
}

async function answered(handle: Handle, request: Request, trace: Trace): Promise<Response> {
  try {
    const response = await handle(request);
    if (response instanceof Response) return response;
    throw new Error("a handler answered with something that is not a Response");
  } catch (error) {
    return respondTo(error, trace);
  }
}

/** Answers with the failure that was thrown. A fault of the server stays with the trace, for the log. */
export function respondTo(error: unknown, trace: Trace): Response {
  const failure = asFailure(error);
  trace.refusal ??= failure.refusal;
  const isFault = failure.code === "internal_error" || failure.cause !== undefined;
  if (isFault) trace.fault = { error: failure.cause ?? failure, message: failure.message };
  return trace.policy.failureResponse(failure, trace);
}

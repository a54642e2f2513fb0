import type { AuthenticationRefusal } from "../tokens/refusal.ts";
import type { Token } from "../tokens/token.ts";
import type { Showing } from "../tokens/usage/reuse.ts";
import { type RoutePolicy, routePolicyOf } from "./auth/route-policy.ts";
import { pathOf } from "./request-target.ts";

/**
 * Everything that is known of a request when it arrives. It never changes, except for the outcome. Once the token is
 * checked, an AuthenticatedRequest goes with it.
 */
export interface RequestContext extends Showing {
  /** The request, with a full URL. */
  readonly request: Request;
  /** The trace id: the caller's where there is a valid `traceparent`, otherwise the request id. */
  readonly traceId: string;
  /** Publisher's own id of the request: 32 hexadecimal digits. */
  readonly requestId: string;
  /** The client's address; null if it is unknown. */
  readonly ip: string | null;
  /** The path for the log. */
  readonly path: string;
  /** The time of arrival, by performance.now(). */
  readonly startedAt: number;
  readonly policy: RoutePolicy;
  /** Only an AuthenticatedRequest has a caller. */
  readonly caller: null;
  readonly outcome: RequestOutcome;
}

/** The facts for the log that come up while a request is handled. */
export interface RequestOutcome {
  /** The token of the secret in the request, also if it is refused. */
  shown: Pick<Token, "id"> | null;
  /** The reason why the token is refused. */
  refusal: AuthenticationRefusal | null;
  /** An error of the server. */
  fault: { readonly error: unknown; readonly message: string } | null;
  /** True if a proxy asks forward-auth with a query that is outside its grammar. */
  hasUnknownOptions: boolean;
}

const ID_BYTES = 16;

/** Makes the context of a request. `loggedPath` is null where the log gets the path of the URL. */
export function requestContext(
  received: Request,
  ip: string | null,
  startedAt: number,
  loggedPath: string | null,
): RequestContext {
  const requestId = crypto.getRandomValues(new Uint8Array(ID_BYTES)).toHex();
  const request = withHost(received);
  const path = pathOf(request.url);
  return {
    request,
    traceId: traceIdFrom(received.headers.get("traceparent")) ?? requestId,
    requestId,
    ip,
    path: loggedPath ?? path,
    startedAt,
    policy: routePolicyOf(path),
    caller: null,
    outcome: { shown: null, refusal: null, fault: null, hasUnknownOptions: false },
  };
}

/** A request of HTTP/1.0 need not name a host, as HAProxy's health checks do not; its URL is then only a path. */
function withHost(request: Request): Request {
  return request.url.startsWith("/") ? new Request(`http://localhost${request.url}`, request) : request;
}

/** Version, trace id, parent id, flags. https://www.w3.org/TR/trace-context/#traceparent-header */
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$/;

/** The trace id of a valid `traceparent` header; null if there is none. */
function traceIdFrom(traceparent: string | null): string | null {
  const [, version, id, more] = (traceparent && TRACEPARENT.exec(traceparent)) || [];
  const isValid = id !== undefined && (version !== "00" || more === undefined);
  return isValid ? id : null;
}

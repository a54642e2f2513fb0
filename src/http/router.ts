import { ScanRefused } from "../tokens/listing/scan-error.ts";
import type { Issue } from "../tokens/refusal.ts";
import { FORWARD_AUTH_PATH } from "./auth/forward-auth.ts";
import { INTROSPECTION_PATH, routePolicyOf } from "./auth/route-policy.ts";
import { badRequest } from "./errors.ts";
import { type ConnectionOf, RequestQueue } from "./request-queue.ts";
import { hostIssue, pathIssue, pathOf, SEGMENT_ROUTES, segmentsOf, UNCLEAR_PATH } from "./request-target.ts";
import { type TracedParts, traced, traceOf } from "./trace.ts";

type Answering = Response | Promise<Response>;

export interface RouterParts extends TracedParts {
  /** Answers what reverse proxies ask about an audience. */
  readonly forwardAuth: (request: Request, audience: string) => Answering;
  /** Answers everything else. */
  readonly fetch: (request: Request) => Answering;
  readonly connectionOf: ConnectionOf;
}

/** A request as a route of Bun's router gives it: with the percent-decoded segments of the raw target. */
export interface RoutedRequest extends Request {
  readonly params: Readonly<Record<string, string>>;
}

/** Paths that services call with each of their requests. Bun makes no parameters for an exact path: 1 µs less. */
export const EXACT_PATHS = [
  "/publisher.v1/api-token/verify",
  "/publisher.v1/api-token/current",
  INTROSPECTION_PATH,
] as const;

/** Paths of requests that take milliseconds. */
const LONG_READ = /\/(?:list|summary|usage)$/;

/** A 2xx would open a tunnel. https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6 */
const TUNNEL: Issue = { path: "method", message: "must not be CONNECT: Publisher opens no tunnels" };

/**
 * Refuses unclear requests before anything else, and sends every other request to forward-auth or to the application.
 * Only Bun's router sees the raw target. So there is a route for every number of segments, with and without a slash at
 * the end. A path that fits no route has an empty segment or too many, or there is no path at all.
 */
export function router({ forwardAuth, fetch, connectionOf, ...parts }: RouterParts) {
  const trace = traced(parts);
  const refuse = (received: Request, issue: Issue, path: string | null): Answering =>
    trace((request) => {
      const current = traceOf(request);
      current.policy = routePolicyOf(current.path);
      if (path !== null) current.path = path;
      throw badRequest([issue]);
    }, received)();

  const route = (request: Request, segments: readonly string[]): Answering => {
    const issue = headIssue(request) ?? pathIssue(segments, request.url);
    if (issue !== null) return refuse(request, issue, pathFrom(segments));
    const audience = audienceIn(pathOf(request.url));
    return audience === null ? fetch(request) : forwardAuth(request, audience);
  };

  const exact = (request: Request): Answering => {
    const issue = headIssue(request);
    return issue === null ? fetch(request) : refuse(request, issue, null);
  };

  const queue = new RequestQueue({
    connectionOf,
    isCheap: ({ url }) => !LONG_READ.test(pathOf(url)),
    refuse: (request) => trace(refuseLongRead, request)(),
  });

  const bySegments = (request: RoutedRequest): Answering =>
    queue.answer(request, () => route(request, segmentsOf(request.params)));
  const paths = SEGMENT_ROUTES.flatMap((path) => (path === "" ? ["/"] : [path, `${path}/`]));
  return {
    /** Answers a request. `segments` are those of its raw path, percent-decoded. */
    route,
    routes: Object.fromEntries([
      ...paths.map((path) => [path, bySegments] as const),
      ...EXACT_PATHS.map(
        (path) => [path, (request: Request) => queue.answer(request, () => exact(request))] as const,
      ),
    ]),
    fetch: (request: Request): Answering => queue.answer(request, () => refuse(request, UNCLEAR_PATH, null)),
  };
}

function refuseLongRead(): never {
  throw new ScanRefused("too-many");
}

/**
 * The audience that a path asks about, as it is spelled there: encoded letters make another audience of it, which no
 * token has. So a proxy's rule for the path means what it says. Null for any other path.
 */
function audienceIn(path: string): string | null {
  if (!path.startsWith(FORWARD_AUTH_PATH)) return null;
  const [audience = ""] = path.slice(FORWARD_AUTH_PATH.length).split("/", 1);
  return audience === "" ? null : audience;
}

/** Returns an issue of the Host header or the method; null if there is none. */
function headIssue({ headers, method }: Request): Issue | null {
  return hostIssue(headers.get("host")) ?? (method === "CONNECT" ? TUNNEL : null);
}

/** The path as it was sent, for the log. */
function pathFrom(segments: readonly string[]): string {
  return `/${segments.map(encodeURIComponent).join("/")}`;
}

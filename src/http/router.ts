import type { Issue } from "../tokens/refusal.ts";
import { badRequest } from "./errors.ts";
import { FORWARD_AUTH_PATH } from "./forward-auth.ts";
import { hostIssue, pathIssue, pathOf, SEGMENT_ROUTES, segmentsOf, UNCLEAR_PATH } from "./request-target.ts";
import { type TracedParts, traced, traceOf } from "./trace.ts";
import { Turns } from "./turns.ts";
import { INTROSPECTION_PATH, zoneOf } from "./zones.ts";

type Answering = Response | Promise<Response>;

export interface RouterParts extends TracedParts {
  /** Answers what reverse proxies ask about an audience. */
  readonly forwardAuth: (request: Request, audience: string) => Answering;
  /** Answers everything else. */
  readonly fetch: (request: Request) => Answering;
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
export function router({ forwardAuth, fetch, ...parts }: RouterParts) {
  const trace = traced(parts);
  const refuse = (received: Request, issue: Issue, path: string | null): Answering =>
    trace((request) => {
      const current = traceOf(request);
      current.zone = zoneOf(current.path);
      if (path !== null) current.path = path;
      throw badRequest([issue]);
    }, received)();

  const turns = new Turns();

  const route = (request: Request, segments: readonly string[]): Answering => {
    const issue = headIssue(request) ?? pathIssue(segments, request.url);
    if (issue !== null) return refuse(request, issue, pathFrom(segments));
    const path = pathOf(request.url);
    const audience = audienceIn(path);
    return turns.answer(request, !LONG_READ.test(path), () =>
      audience === null ? fetch(request) : forwardAuth(request, audience),
    );
  };

  const exact = (request: Request): Answering => {
    const issue = headIssue(request);
    if (issue !== null) return refuse(request, issue, null);
    return turns.answer(request, true, () => fetch(request));
  };

  const bySegments = (request: RoutedRequest): Answering => route(request, segmentsOf(request.params));
  const paths = SEGMENT_ROUTES.flatMap((path) => (path === "" ? ["/"] : [path, `${path}/`]));
  return {
    /** Answers a request. `segments` are those of its raw path, percent-decoded. */
    route,
    routes: Object.fromEntries([
      ...paths.map((path) => [path, bySegments] as const),
      ...EXACT_PATHS.map((path) => [path, exact] as const),
    ]),
    fetch: (request: Request): Answering => refuse(request, UNCLEAR_PATH, null),
  };
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

import { ScanRefused } from "../tokens/listing/scan-error.ts";
import type { Issue } from "../tokens/refusal.ts";
import { FORWARD_AUTH_PATH } from "./auth/forward-auth.ts";
import { INTROSPECTION_PATH } from "./auth/route-policy.ts";
import { badRequest, shuttingDown } from "./errors.ts";
import type { RequestContext } from "./request-context.ts";
import { type Handle, type Handled, type PipelineParts, requestPipeline } from "./request-pipeline.ts";
import { type Answering, type ConnectionOf, RequestQueue } from "./request-queue.ts";
import { hostIssue, pathIssue, pathOf, SEGMENT_ROUTES, segmentsOf, UNCLEAR_PATH } from "./request-target.ts";

/** The handlers of all clear requests. */
export interface Handlers {
  /** Answers a reverse proxy that asks about an audience. */
  readonly forwardAuth: (context: RequestContext, audience: string) => Handled;
  /** Answers every other request. */
  readonly app: Handle;
}

export interface RouterParts extends Handlers, PipelineParts {
  readonly isStopping: () => boolean;
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
export function router({ forwardAuth, app, isStopping, connectionOf, ...parts }: RouterParts) {
  const answer = requestPipeline(parts);
  const refuse = (request: Request, arrivedAt: number, issue: Issue, loggedPath: string | null) =>
    answer(request, arrivedAt, () => badRequest([issue]), loggedPath);

  const handleByApp: Handle = (context) => {
    if (isStopping()) return shuttingDown();
    return app(context);
  };
  const askForwardAuth = (request: Request, arrivedAt: number, audience: string) => {
    const handle: Handle = (context) => {
      if (isStopping()) return shuttingDown();
      return forwardAuth(context, audience);
    };
    return answer(request, arrivedAt, handle, FORWARD_AUTH_PATH + audience);
  };

  const route = (request: Request, arrivedAt: number, segments: readonly string[]): Answering => {
    const issue = headIssue(request) ?? pathIssue(segments, request.url);
    if (issue !== null) return refuse(request, arrivedAt, issue, pathFrom(segments));
    const audience = audienceIn(pathOf(request.url));
    return audience === null
      ? answer(request, arrivedAt, handleByApp)
      : askForwardAuth(request, arrivedAt, audience);
  };

  const exact = (request: Request, arrivedAt: number): Answering => {
    const issue = headIssue(request);
    return issue === null ? answer(request, arrivedAt, handleByApp) : refuse(request, arrivedAt, issue, null);
  };

  const queue = new RequestQueue({
    connectionOf,
    isCheap: ({ url }) => !LONG_READ.test(pathOf(url)),
    refuse: (request, arrivedAt) => answer(request, arrivedAt, refuseLongRead),
  });

  const withSegments = (request: RoutedRequest, arrivedAt: number): Answering =>
    route(request, arrivedAt, segmentsOf(request.params));
  const withoutRoute = (request: Request, arrivedAt: number): Answering =>
    refuse(request, arrivedAt, UNCLEAR_PATH, null);

  // These functions take the request as an argument: a closure for each request would cost more.
  const bySegments = (request: RoutedRequest): Answering => queue.answer(request, withSegments);
  const byExactPath = (request: Request): Answering => queue.answer(request, exact);
  const paths = SEGMENT_ROUTES.flatMap((path) => (path === "" ? ["/"] : [path, `${path}/`]));
  return {
    /** Answers a request. `segments` are those of its raw path, percent-decoded. */
    route,
    routes: Object.fromEntries([
      ...paths.map((path) => [path, bySegments] as const),
      ...EXACT_PATHS.map((path) => [path, byExactPath] as const),
    ]),
    fetch: (request: Request): Answering => queue.answer(request, withoutRoute),
  };
}

function refuseLongRead(): never {
  throw new ScanRefused("too-many");
}

/**
 * The audience that a path asks about, as it is spelled there: encoded letters make another audience of it, which no
 * token has. So a proxy's rule for the path holds for this audience alone. Null for any other path.
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

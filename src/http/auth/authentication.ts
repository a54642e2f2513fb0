import type { Token } from "../../tokens/token.ts";
import type { TokenService } from "../../tokens/token-service.ts";
import type { Purpose } from "../../tokens/verification.ts";
import { asFailure, type Failure } from "../errors.ts";
import { type Trace, traceOf } from "../trace.ts";
import { credentialFrom } from "./credentials.ts";
import { unauthenticated, unauthorized } from "./refusals.ts";
import { routePolicyOf } from "./route-policy.ts";

/**
 * Tells each request by its path where it is, which decides on the form of all that can go wrong from here on. The
 * path is the router's, which Elysia's type leaves out; never one read anew from the URL. Only what is named here is
 * made for each request: were the context handed on whole, Elysia would read all headers and cookies for it.
 */
export function locate({ request, path }: { request: Request; path?: string }): void {
  if (path === undefined) throw new Error("Elysia did not say which path it routes by");
  traceOf(request).policy = routePolicyOf(path);
}

/** Finds out who calls, from the Authorization header alone, before anything else of the request is read. */
export function authentication(tokens: TokenService) {
  return async ({ request }: { request: Request }): Promise<void> => {
    if (traceOf(request).policy.isProtected) await authenticate(request, tokens, "counted");
  };
}

/** A request shows its secret once, however often that is looked at. */
async function authenticate(
  request: Request,
  tokens: TokenService,
  counting: "counted" | "uncounted",
): Promise<void> {
  const trace = traceOf(request);
  trace.authenticateAgain = () => authenticate(request, tokens, "uncounted");
  const secret = shownSecret(request.headers, trace);
  const { token, refusal } = await tokens.authenticate(secret, counting, trace);
  trace.shown = token;
  trace.caller = refusal === null ? token : null;
  if (refusal !== null) throw notAuthenticated(refusal, trace);
  trace.admit = (purpose) => tokens.admit(token, purpose);
}

const READING: Purpose = { access: "read", audience: null };

/** Counts the use of a token that came to no endpoint, which would have counted it: as one that reads. */
export function countAstray({ error, request }: { error: unknown; request: Request }): void {
  const trace = traceOf(request);
  if (trace.caller === null) return;
  const { code, details } = asFailure(error);
  if (code === "method_not_allowed" || details.resource === "endpoint") trace.admit(READING);
}

/** The secret in the one Authorization header that a request must have. Throws a Failure where there is none. */
function shownSecret(headers: Headers, trace: Trace): string {
  const { carrier, secret, refusal } = credentialFrom(headers, trace.policy.schemes);
  trace.carrier = carrier;
  if (refusal !== null) throw notAuthenticated(refusal, trace);
  return secret;
}

/** Names the way that was tried, or, where none was, all. https://www.rfc-editor.org/rfc/rfc6749#section-5.2 */
function notAuthenticated(
  refusal: Parameters<typeof unauthenticated>[0],
  { carrier, policy }: Trace,
): Failure {
  return unauthenticated(refusal, carrier, carrier === null ? policy.schemes : [carrier]);
}

/** The token of the caller. Throws an Error if the request was not authenticated. */
export function callerOf({ caller }: Trace): Token {
  if (caller === null) throw new Error("an endpoint was reached without authentication");
  return caller;
}

/**
 * Counts the use of the caller's token, and throws a Failure if it may not do that; null asks for what every token
 * may do.
 */
export function admit(trace: Trace, purpose: Purpose | null): void {
  const unfit = trace.admit(purpose);
  if (unfit !== null) throw unauthorized(unfit, purpose?.access ?? "read", trace.carrier ?? "bearer");
}

/** Too short for another process to notice, and long enough for a body that has already arrived. */
const SLOW_AFTER_MS = 20;

/** Whether the body may have arrived after the token was looked up. A token that was revoked meanwhile is refused. */
export function isSlow({ startedAt }: Trace): boolean {
  return performance.now() - startedAt > SLOW_AFTER_MS;
}

import type { AuthenticationRefusal } from "../tokens/refusal.ts";
import type { Access } from "../tokens/token.ts";
import type { Tokens } from "../tokens/tokens.ts";
import type { Purpose, Unfitness } from "../tokens/verification.ts";
import { asFailure, Failure } from "./errors.ts";
import { type Trace, traceOf } from "./trace.ts";

/** The scheme in any case, then one token and nothing else. https://www.rfc-editor.org/rfc/rfc6750#section-2.1 */
const BEARER = /^bearer +([\w.~+/-]+=*)$/i;
const STARTS_AS_BEARER = /^bearer +\S/i;

const PROTECTED = "/publisher.v1";

/** Whether a path, as the router knows it, is one that nobody anonymous may learn anything about. */
export function isProtected(path: string): boolean {
  return path === PROTECTED || path.startsWith(`${PROTECTED}/`);
}

/** Finds out who calls, from the Authorization header alone, before anything else of the request is read. */
export function authentication(tokens: Tokens) {
  return async (context: { request: Request }): Promise<void> => {
    if (isProtected(routedPath(context))) await authenticate(context.request, tokens, "counted");
  };
}

/** The path that the router goes by, which Elysia's type leaves out; never one read anew from the URL. */
function routedPath(context: object): string {
  if ("path" in context && typeof context.path === "string") return context.path;
  throw new Error("Elysia did not say which path it routes by");
}

/** A request shows its secret once, however often that is looked at. */
async function authenticate(
  request: Request,
  tokens: Tokens,
  counting: "counted" | "uncounted",
): Promise<void> {
  const trace = traceOf(request);
  trace.authenticateAgain = () => authenticate(request, tokens, "uncounted");
  const secret = shownSecret(request.headers, trace);
  const { token, refusal } = await tokens.authenticate(secret, counting);
  trace.shown = token;
  trace.caller = refusal === null ? token : null;
  trace.refusal = refusal;
  if (refusal !== null) throw unauthenticated(refusal);
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
export function shownSecret(headers: Headers, trace: Trace): string {
  const header = headers.get("authorization");
  const secret = header === null ? undefined : BEARER.exec(header)?.[1];
  if (secret !== undefined) return secret;
  trace.refusal = header !== null && STARTS_AS_BEARER.test(header) ? "malformed" : "missing";
  throw unauthenticated(trace.refusal);
}

/** What a caller is told whose token is not good for what it asks. */
export function refused(refusal: Exclude<AuthenticationRefusal, "missing">, needed: Access): Failure {
  return refusal === "wrong_audience" || refusal === "insufficient_access"
    ? unauthorized(refusal, needed)
    : unauthenticated(refusal);
}

/** https://www.rfc-editor.org/rfc/rfc6750#section-3.1 */
export function unauthorized(unfit: Unfitness, needed: Access): Failure {
  const reason =
    unfit === "wrong_audience" ? 'error_description="The token is for other services"' : `scope="${needed}"`;
  return new Failure("authorization_error", {
    message: "Insufficient permissions",
    headers: { "www-authenticate": `Bearer realm="publisher", error="insufficient_scope", ${reason}` },
  });
}

type Unauthenticated = Exclude<AuthenticationRefusal, Unfitness>;

const DESCRIPTIONS: Readonly<Record<Exclude<Unauthenticated, "missing">, string>> = {
  malformed: "The token is unknown",
  unknown: "The token is unknown",
  expired: "The token has expired",
  revoked: "The token was revoked",
};

/** https://www.rfc-editor.org/rfc/rfc6750#section-3 */
export function unauthenticated(refusal: Unauthenticated): Failure {
  const challenge = 'Bearer realm="publisher"';
  const reason =
    refusal === "missing" ? "" : `, error="invalid_token", error_description="${DESCRIPTIONS[refusal]}"`;
  return new Failure("authentication_error", {
    message: "Invalid or missing API token",
    headers: { "www-authenticate": challenge + reason },
  });
}

import { type Awaitable, andThen } from "../../tokens/awaitable.ts";
import type { Token } from "../../tokens/token.ts";
import type { TokenService } from "../../tokens/token-service.ts";
import type { Showing } from "../../tokens/usage/reuse.ts";
import type { Purpose } from "../../tokens/verification.ts";
import { asFailure, type Failure } from "../errors.ts";
import type { RequestContext } from "../request-context.ts";
import { unauthenticated, unauthorized } from "./authentication-errors.ts";
import { credentialFrom, type Scheme } from "./credentials.ts";

/** A body that came with its head is read in less time. */
const SLOW_AFTER_MS = 1;

const READING: Purpose = { access: "read", audience: null };

/** A request with a good token. Only its static method `authenticate` makes one. */
export class AuthenticatedRequest {
  readonly context: RequestContext;
  /** The token of the request. */
  readonly caller: Token;
  readonly carrier: Scheme;
  readonly #tokens: TokenService;

  private constructor(context: RequestContext, caller: Token, carrier: Scheme, tokens: TokenService) {
    this.context = context;
    this.caller = caller;
    this.carrier = carrier;
    this.#tokens = tokens;
  }

  /**
   * Authenticates a request from its Authorization header alone. Returns a Failure if it has no good token. A refused
   * token is a use too; `uncounted` is for a second look in the same request.
   */
  static authenticate(
    context: RequestContext,
    tokens: TokenService,
    counting: "counted" | "uncounted" = "counted",
  ): Awaitable<AuthenticatedRequest | Failure> {
    const { schemes } = context.policy;
    const credential = credentialFrom(context.request.headers, schemes);
    if (credential.refusal !== null) return notAuthenticated(credential.refusal, credential.carrier, schemes);
    const { carrier, secret } = credential;
    return andThen(tokens.authenticate(secret, counting, context), ({ token, refusal }) => {
      context.outcome.shown = token;
      if (refusal !== null) return notAuthenticated(refusal, carrier, schemes);
      return new AuthenticatedRequest(context, token, carrier, tokens);
    });
  }

  /** The record for secrets that this request asks about. */
  get showing(): Showing {
    const { traceId, requestId, ip, path } = this.context;
    return { traceId, requestId, ip, path, caller: this.caller };
  }

  /**
   * Counts the use of the token, so a request calls it once. Throws a Failure if the token may not do that; null stands
   * for an action that every token may do.
   */
  admit(purpose: Purpose | null): void {
    const denial = this.#tokens.admit(this.caller, purpose);
    if (denial !== null) throw unauthorized(denial, purpose?.access ?? "read", this.carrier);
  }

  /** Counts the use as one that reads if the error says that there is no endpoint, which would have counted it. */
  countWithoutEndpoint(error: unknown): void {
    const { code, details } = asFailure(error);
    if (code === "method_not_allowed" || details.resource === "endpoint")
      this.#tokens.admit(this.caller, READING);
  }

  /** True if the token may have been revoked while the body arrived. */
  get isSlow(): boolean {
    return performance.now() - this.context.startedAt > SLOW_AFTER_MS;
  }

  /** Looks the token up once more and returns its current state. Throws a Failure if it is not good any more. */
  async authenticateAgain(): Promise<AuthenticatedRequest> {
    const again = await AuthenticatedRequest.authenticate(this.context, this.#tokens, "uncounted");
    if (again instanceof AuthenticatedRequest) return again;
    throw again;
  }
}

/** Challenges for the scheme of the request alone, or for all if it has none. https://www.rfc-editor.org/rfc/rfc6749#section-5.2 */
function notAuthenticated(
  refusal: Parameters<typeof unauthenticated>[0],
  carrier: Scheme | null,
  schemes: readonly Scheme[],
) {
  return unauthenticated(refusal, carrier, carrier === null ? schemes : [carrier]);
}

/** Elysia passes nothing but the Request to a handler, so this property of it carries the rest. */
const AUTHENTICATED = Symbol("authenticated");

interface CarryingRequest extends Request {
  [AUTHENTICATED]?: AuthenticatedRequest;
}

/** The Request for Elysia. */
export function requestWith(authenticated: AuthenticatedRequest): Request {
  const request: CarryingRequest = authenticated.context.request;
  request[AUTHENTICATED] = authenticated;
  return request;
}

/** The authenticated request of a handler of Elysia. Throws an Error for a request that nobody authenticated. */
export function authenticatedRequestOf(request: CarryingRequest): AuthenticatedRequest {
  const authenticated = request[AUTHENTICATED];
  if (authenticated === undefined) throw new Error("an endpoint was reached without authentication");
  return authenticated;
}

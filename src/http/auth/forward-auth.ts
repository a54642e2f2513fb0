import { type Awaitable, andThen } from "../../tokens/awaitable.ts";
import type { Access } from "../../tokens/token.ts";
import type { TokenService } from "../../tokens/token-service.ts";
import { emptyAnswer } from "../answer.ts";
import type { Failure } from "../errors.ts";
import type { RequestContext } from "../request-context.ts";
import { notVerified, unauthenticated } from "./authentication-errors.ts";
import { type Carrier, type Credential, credentialFrom, credentialIn, type Scheme } from "./credentials.ts";
import { type ForwardAuthOptions, forwardAuthOptions } from "./forward-auth-options.ts";

/** Reverse proxies ask here. The next segment is the audience, and those below it change nothing. */
export const FORWARD_AUTH_PATH = "/forward-auth/";

/** Methods that only read, in this spelling alone: a service may take any other one for a change. */
const READING = ["GET", "HEAD", "OPTIONS"];

/** Headers in which a proxy says by which method its own client came. Each can only raise the access that is needed. */
const METHOD_HEADERS = ["x-forwarded-method", "x-original-method"];

/**
 * Answers a reverse proxy that asks whether to let its client's request through: 200 with the id and the access of the
 * token, or the failure that the client gets. It reads no body.
 */
export function forwardAuth(tokens: TokenService) {
  return (context: RequestContext, audience: string): Awaitable<Response | Failure> => {
    const { request, outcome } = context;
    const options = forwardAuthOptions(request.url);
    outcome.hasUnknownOptions = !options.areUnderstood;
    const { taken, credential } = shownCredential(request.headers, options);
    const { carrier, secret, refusal } = credential;
    if (refusal !== null) return unauthenticated(refusal, carrier, taken);
    const access = neededAccess(request, options);
    return andThen(tokens.verify(secret, { access, audience }, context), ({ token, reason }) => {
      outcome.shown = token;
      if (reason !== null) return notVerified(reason, access, carrier, taken);
      return emptyAnswer({ "publisher-token-id": token.id, "publisher-access": token.access });
    });
  };
}

/** The access that the token needs: `write`, unless the method and all headers that name one say that it reads. */
function neededAccess({ method, headers }: Request, { access }: ForwardAuthOptions): Access {
  const isReading =
    READING.includes(method) && METHOD_HEADERS.every((name) => READING.includes(headers.get(name) ?? "GET"));
  return isReading ? access : "write";
}

const BEARER: readonly Scheme[] = ["bearer"];

/** Basic comes first: of several challenges in one header, Chromium reads the first alone, and asks for no other. */
const BASIC_OR_BEARER: readonly Scheme[] = ["basic", "bearer"];

/** The credential of the request, and the places where one is taken. */
function shownCredential(
  headers: Headers,
  { token }: ForwardAuthOptions,
): { readonly taken: readonly Carrier[]; readonly credential: Credential } {
  if (typeof token === "object") return { taken: [token], credential: credentialIn(headers, token) };
  const taken = token === "bearer" ? BEARER : BASIC_OR_BEARER;
  return { taken, credential: credentialFrom(headers, taken) };
}

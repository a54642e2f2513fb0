import type { Access } from "../../tokens/token.ts";
import type { TokenService } from "../../tokens/token-service.ts";
import { emptyAnswer } from "../answer.ts";
import { shuttingDown } from "../errors.ts";
import { type TracedParts, traced, traceOf } from "../trace.ts";
import { type Carrier, type Credential, credentialFrom, credentialIn, type Scheme } from "./credentials.ts";
import { type ForwardAuthOptions, forwardAuthOptions } from "./forward-auth-options.ts";
import { refused, unauthenticated } from "./refusals.ts";

/** Where reverse proxies ask: the segment behind it is the audience, and those below change nothing. */
export const FORWARD_AUTH_PATH = "/forward-auth/";

/** Methods that are only there to read: no other spelling, and nothing that a server may make of them. */
const READING = ["GET", "HEAD", "OPTIONS"];

/** In which a proxy says by which method its own client came. Each can only raise what is needed. */
const METHOD_HEADERS = ["x-forwarded-method", "x-original-method"];

export interface ForwardAuthParts extends TracedParts {
  readonly tokens: TokenService;
  readonly isStopping: () => boolean;
}

/**
 * Tells a reverse proxy whether to let through what it was asked, by the caller's own token: 200 and whose token
 * it is, or the failure that the caller is to get. It reads no body.
 */
export function forwardAuth({ tokens, isStopping, ...parts }: ForwardAuthParts) {
  const trace = traced(parts);
  const decide = async (request: Request, audience: string): Promise<Response> => {
    const current = traceOf(request);
    current.path = FORWARD_AUTH_PATH + audience;
    if (isStopping()) throw shuttingDown();
    const options = forwardAuthOptions(request.url);
    current.hasUnknownOptions = !options.areUnderstood;
    const { taken, credential } = shownCredential(request.headers, options);
    current.refusal = credential.refusal;
    if (credential.refusal !== null) throw unauthenticated(credential.refusal, credential.carrier, taken);
    const access = neededAccess(request, options);
    const verdict = await tokens.verify(credential.secret, { access, audience }, current);
    current.shown = verdict.token;
    current.refusal = verdict.reason;
    if (verdict.reason !== null) throw refused(verdict.reason, access, credential.carrier, taken);
    return emptyAnswer({
      "publisher-token-id": verdict.token.id,
      "publisher-access": verdict.token.access,
    });
  };
  return (received: Request, audience: string): Promise<Response> =>
    trace((request) => decide(request, audience), received)();
}

/** What a token must be allowed to do: all that says which method it is must say that it reads. */
function neededAccess({ method, headers }: Request, { access }: ForwardAuthOptions): Access {
  const isReading =
    READING.includes(method) && METHOD_HEADERS.every((name) => READING.includes(headers.get(name) ?? "GET"));
  return isReading ? access : "write";
}

const BEARER: readonly Scheme[] = ["bearer"];

/** Basic comes first: of several challenges in one header, Chromium reads the first alone, and asks for no other. */
const BASIC_OR_BEARER: readonly Scheme[] = ["basic", "bearer"];

/** What the request shows as its token, and where one would be taken. */
function shownCredential(
  headers: Headers,
  { token }: ForwardAuthOptions,
): { readonly taken: readonly Carrier[]; readonly credential: Credential } {
  if (typeof token === "object") return { taken: [token], credential: credentialIn(headers, token) };
  const taken = token === "bearer" ? BEARER : BASIC_OR_BEARER;
  return { taken, credential: credentialFrom(headers, taken) };
}

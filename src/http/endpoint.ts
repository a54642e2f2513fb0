import type { Actor } from "../tokens/audit/audit-event.ts";
import type { ScanCaller } from "../tokens/listing/scan-caller.ts";
import { type Issue, isRefusal, type Refusal } from "../tokens/refusal.ts";
import type { Access, Token } from "../tokens/token.ts";
import { denialReason, type Purpose } from "../tokens/verification.ts";
import { jsonAnswer } from "./answer.ts";
import { admit, callerOf, isSlow } from "./auth/authentication.ts";
import { unauthenticated, unauthorized } from "./auth/refusals.ts";
import { ArkErrors } from "./body/arktype.ts";
import { readObject } from "./body/body.ts";
import { issuesFrom } from "./body/issues.ts";
import { badRequest, conflict, Failure, notFound } from "./errors.ts";
import { type Trace, traceOf } from "./trace.ts";

/** What came in a body: what was asked for, or everything that is wrong with it. */
export type Reading<Body> = { readonly body: Body } | { readonly issues: readonly Issue[] };

/** What an ArkType is here: it gives the value, or what is wrong with it. */
interface Shape<Body> {
  readonly infer: Body;
  (value: unknown): Body | ArkErrors;
}

/** A request that has passed every check but the last, that of state. */
export interface Call<Body> {
  readonly body: Body;
  readonly caller: Token;
  readonly actor: Actor;
  readonly trace: Trace;
  /** For long reads: who waits for them, until the client has gone. */
  readonly scanCaller: ScanCaller;
}

/** Tokens that may call an endpoint with any access and any audiences. */
export type OtherCallers =
  /** Every token. */
  | "every-token"
  /** Tokens that verify. */
  | "verifying-tokens"
  /** Every token, if the call is about that token itself. */
  | "itself";

export interface EndpointParts<Body> {
  /** The access that a token for Publisher's own API needs to call this. */
  readonly access: Access;
  /** Who may call it too; nobody if left out. */
  readonly alsoFor?: OtherCallers;
  /** Whether a call is about the caller's own token alone; needed where it is also for the token itself. */
  readonly isAboutItself?: (body: Body, caller: Token) => boolean;
  readonly read: (value: object) => Reading<Body>;
  readonly answer: (call: Call<Body>) => Promise<object>;
}

export interface Endpoint {
  readonly access: Access;
  readonly alsoFor: OtherCallers | null;
  readonly handle: (context: { request: Request }) => Promise<Response>;
}

/**
 * An endpoint that checks what every endpoint checks, in the order that the contract gives: access, media type,
 * size, body. Who calls is known by then; were it not, nothing would be read.
 */
export function endpoint<Body>(parts: EndpointParts<Body>): Endpoint {
  const { access, alsoFor = null, answer } = parts;
  const handle = async ({ request }: { request: Request }): Promise<Response> => {
    const trace = traceOf(request);
    const body = await admittedBody(request, parts);
    const caller = callerOf(trace);
    const actor = { tokenId: caller.id, traceId: trace.id, requestId: trace.requestId, ip: trace.ip };
    const scanCaller = { token: caller.id, signal: request.signal };
    return jsonAnswer(await answer({ body, caller, actor, trace, scanCaller }));
  };
  return { access, alsoFor, handle };
}

/** The body of a call that the caller may make. Throws a Failure for any other. */
async function admittedBody<Body>(request: Request, parts: EndpointParts<Body>): Promise<Body> {
  const { access, alsoFor, read } = parts;
  const trace = traceOf(request);
  const purpose: Purpose = { access, audience: null };
  const others = alsoFor === "every-token" || (alsoFor === "verifying-tokens" && callerOf(trace).verifies);
  const isFit = others || denialReason(callerOf(trace), purpose) === null;
  if (!isFit && alsoFor === "itself") return await bodyAboutItself(request, purpose, parts);
  admit(trace, others ? null : purpose);
  const reading = await readBody(request, read);
  if ("issues" in reading) throw badRequest(reading.issues);
  return reading.body;
}

/** Reads a body that is about the caller alone. Any other body is a 403 that does not say more. */
async function bodyAboutItself<Body>(
  request: Request,
  purpose: Purpose,
  { read, isAboutItself }: EndpointParts<Body>,
): Promise<Body> {
  const trace = traceOf(request);
  const reading = await readBody(request, read).catch((error: unknown) => {
    if (error instanceof Failure && error.code !== "authentication_error") return null;
    throw error;
  });
  const isOwn =
    reading !== null && "body" in reading && isAboutItself?.(reading.body, callerOf(trace)) === true;
  admit(trace, isOwn ? null : purpose);
  if (!isOwn) throw new Error("a caller without access was admitted");
  return reading.body;
}

/** A change reads in its own transaction whether the caller's token is active; a slow body is for reads alone. */
async function readBody<Body>(
  request: Request,
  read: (value: object) => Reading<Body>,
): Promise<Reading<Body>> {
  const body = await readObject(request);
  const trace = traceOf(request);
  if (isSlow(trace)) await trace.authenticateAgain();
  return read(body);
}

/** Reads a body by an ArkType. */
export function shaped<Body>(shape: Shape<Body>): (value: object) => Reading<Body> {
  return (value) => {
    const body = shape(value);
    return body instanceof ArkErrors ? { issues: issuesFrom(body) } : { body };
  };
}

/** What the domain gave; where it refused, that becomes the answer. */
export function outcomeOf<Outcome extends object>(outcome: Outcome | Refusal): Outcome {
  if (!isRefusal(outcome)) return outcome;
  switch (outcome.refused) {
    case "unauthenticated":
      throw unauthenticated(outcome.reason, "bearer", ["bearer"]);
    case "forbidden":
      throw unauthorized(outcome.reason, "write", "bearer");
    case "invalid":
      throw badRequest(outcome.issues);
    case "not-found":
      throw notFound(outcome.resource);
    case "conflict":
      throw conflict(outcome.token, outcome.status);
  }
}

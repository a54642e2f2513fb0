import type { Actor } from "../tokens/audit-event.ts";
import { type Issue, isRefusal, type Refusal } from "../tokens/refusal.ts";
import type { Access, Token } from "../tokens/token.ts";
import { jsonAnswer } from "./answer.ts";
import { ArkErrors } from "./arktype.ts";
import { admitted, isSlow } from "./authentication.ts";
import { readObject } from "./body.ts";
import { badRequest, conflict, notFound } from "./errors.ts";
import { issuesFrom } from "./issues.ts";
import { traceOf } from "./trace.ts";

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
}

export interface EndpointParts<Body> {
  /** What a token must be allowed to do to call this. */
  readonly access: Access;
  /** Whether tokens for other services may call it too. */
  readonly forEveryToken?: boolean;
  readonly read: (value: object) => Reading<Body>;
  readonly answer: (call: Call<Body>) => Promise<object>;
}

export interface Endpoint {
  readonly access: Access;
  readonly forEveryToken: boolean;
  readonly handle: (context: { request: Request }) => Promise<Response>;
}

/**
 * An endpoint that checks what every endpoint checks, in the order that the contract gives: access, media type,
 * size, body. Who calls is known by then; were it not, nothing would be read.
 */
export function endpoint<Body>({
  access,
  forEveryToken = false,
  read,
  answer,
}: EndpointParts<Body>): Endpoint {
  const handle = async ({ request }: { request: Request }): Promise<Response> => {
    const trace = traceOf(request);
    const caller = admitted(trace, forEveryToken ? null : { access, audience: null });
    const body = await readObject(request);
    if (access === "write" || isSlow(trace)) await trace.authenticateAgain();
    const reading = read(body);
    if ("issues" in reading) throw badRequest(reading.issues);
    const actor = { tokenId: caller.id, traceId: trace.id, requestId: trace.requestId, ip: trace.ip };
    const answered = await answer({ body: reading.body, caller, actor });
    return jsonAnswer(answered);
  };
  return { access, forEveryToken, handle };
}

/** Reads a body by an ArkType. */
export function shaped<Body>(shape: Shape<Body>): (value: object) => Reading<Body> {
  return (value) => {
    const body = shape(value);
    return body instanceof ArkErrors ? { issues: issuesFrom(body) } : { body };
  };
}

/** What the domain gave; where it refused, that becomes the answer. */
export function granted<Outcome extends object>(outcome: Outcome | Refusal): Outcome {
  if (!isRefusal(outcome)) return outcome;
  switch (outcome.refused) {
    case "invalid":
      throw badRequest(outcome.issues);
    case "not-found":
      throw notFound(outcome.resource);
    case "conflict":
      throw conflict(outcome.token, outcome.status);
  }
}

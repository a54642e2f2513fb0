import { Elysia } from "elysia";
import type { Actor } from "../tokens/audit/audit-event.ts";
import type { ScanCaller } from "../tokens/listing/scan-caller.ts";
import { isRefusal, type Refusal } from "../tokens/refusal.ts";
import type { Access, Token } from "../tokens/token.ts";
import { denialReason, type Purpose } from "../tokens/verification.ts";
import { jsonAnswer } from "./answer.ts";
import { type AuthenticatedRequest, authenticatedRequestOf } from "./auth/authentication.ts";
import { unauthenticated, unauthorized } from "./auth/authentication-errors.ts";
import type { OtherCallers } from "./auth/route-policy.ts";
import { readObject } from "./body/body.ts";
import type { BodyReader } from "./body/lazy-reader.ts";
import type { Reading } from "./body/typed-body.ts";
import { badRequest, conflict, Failure, notFound } from "./errors.ts";
import { refuseOtherMethods, UNREAD } from "./other-methods.ts";

/** A request that has passed every check except the last one, the check of the state. */
export class Call<Body> {
  readonly body: Body;
  readonly request: AuthenticatedRequest;

  constructor(body: Body, request: AuthenticatedRequest) {
    this.body = body;
    this.request = request;
  }

  get caller(): Token {
    return this.request.caller;
  }

  /** The caller of a change. */
  get actor(): Actor {
    const { traceId, requestId, ip } = this.request.context;
    return { tokenId: this.caller.id, traceId, requestId, ip };
  }

  /** The caller of a long read. Its signal aborts when the client is gone. */
  get scanCaller(): ScanCaller {
    return { token: this.caller.id, signal: this.request.context.request.signal };
  }
}

export interface EndpointParts<Body> {
  /** The access that a token for Publisher's own API needs to call this. */
  readonly access: Access;
  /** Other tokens that may call this; none if left out. */
  readonly alsoFor?: OtherCallers;
  /** True if a call is about the caller's own token alone. Give it together with `alsoFor: "itself"`. */
  readonly isAboutItself?: (body: Body, caller: Token) => boolean;
  readonly read: BodyReader<Body>;
  readonly answer: (call: Call<Body>) => Promise<object>;
}

export interface Endpoint {
  readonly access: Access;
  readonly alsoFor: OtherCallers | null;
  readonly handle: (context: { request: Request }) => Promise<Response>;
}

/**
 * An endpoint with the checks of all endpoints, in the order of the contract: access, media type, size, body. It
 * refuses a request that was not authenticated before it reads any of it.
 */
export function endpoint<Body>(parts: EndpointParts<Body>): Endpoint {
  const { access, alsoFor = null, answer } = parts;
  const handle = async ({ request }: { request: Request }): Promise<Response> => {
    const call = await admittedCall(authenticatedRequestOf(request), parts);
    return jsonAnswer(await answer(call));
  };
  return { access, alsoFor, handle };
}

/** Admits a request and reads its body. Throws a Failure for a call that the caller may not make. */
async function admittedCall<Body>(
  request: AuthenticatedRequest,
  parts: EndpointParts<Body>,
): Promise<Call<Body>> {
  const { access, alsoFor, read } = parts;
  const { caller } = request;
  const purpose: Purpose = { access, audience: null };
  const others = alsoFor === "every-token" || (alsoFor === "verifying-tokens" && caller.verifies);
  const isFit = others || denialReason(caller, purpose) === null;
  if (!isFit && alsoFor === "itself") return await callAboutItself(request, purpose, parts);
  request.admit(others ? null : purpose);
  const { reading, current } = await readBody(request, read);
  if ("issues" in reading) throw badRequest(reading.issues);
  return new Call(reading.body, current);
}

/** Reads a body that is about the caller alone. Any other body is a 403 that does not say more. */
async function callAboutItself<Body>(
  request: AuthenticatedRequest,
  purpose: Purpose,
  { read, isAboutItself }: EndpointParts<Body>,
): Promise<Call<Body>> {
  const arrived = await readBody(request, read).catch((error: unknown) => {
    if (error instanceof Failure && error.code !== "authentication_error") return null;
    throw error;
  });
  const { reading, current } = arrived ?? { reading: null, current: request };
  const isOwn =
    reading !== null && "body" in reading && isAboutItself?.(reading.body, current.caller) === true;
  current.admit(isOwn ? null : purpose);
  if (!isOwn) throw new Error("a caller without access was admitted");
  return new Call(reading.body, current);
}

/**
 * Reads the body, and authenticates the request again if the body was slow. That is for reads alone: a change checks in
 * its own transaction that the caller's token is active.
 */
async function readBody<Body>(
  request: AuthenticatedRequest,
  read: BodyReader<Body>,
): Promise<{ readonly reading: Reading<Body>; readonly current: AuthenticatedRequest }> {
  const reading = await read(await readObject(request.context.request));
  const current = request.isSlow ? await request.authenticateAgain() : request;
  return { reading, current };
}

/** Returns the outcome of an action of the domain. Throws a Failure if the domain refused the action. */
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

/** The path of an endpoint of a resource. */
export function endpointPath(resource: string, action: string): string {
  return `/publisher.v1/${resource}/${action}`;
}

/** The routes of the endpoints of a resource. */
export function resourceRoutes(resource: string, endpoints: Readonly<Record<string, Endpoint>>) {
  const app = new Elysia({ name: resource });
  for (const [action, { handle, access }] of Object.entries(endpoints)) {
    const path = endpointPath(resource, action);
    const detail = { tags: [resource], "x-access": access };
    app.post(path, handle, { ...UNREAD, detail });
    app.all(path, refuseOtherMethods("POST"), UNREAD);
  }
  return app;
}

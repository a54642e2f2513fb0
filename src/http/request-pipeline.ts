import type { Awaitable } from "../tokens/awaitable.ts";
import { jsonAnswer } from "./answer.ts";
import { oauthFailureResponse } from "./auth/oauth-errors.ts";
import { asFailure, Failure } from "./errors.ts";
import { type RequestContext, requestContext } from "./request-context.ts";
import type { RequestLog } from "./request-log.ts";
import type { Answering } from "./request-queue.ts";
import { secure } from "./security-headers.ts";

/** The result of a handler. A returned Failure costs a fifth of a thrown one, and refused requests come in masses. */
export type Handled = Awaitable<Response | Failure>;

/** Answers a request. Returns or throws a Failure; throws any other error for a fault of the server. */
export type Handle = (context: RequestContext) => Handled;

export interface PipelineParts {
  readonly log: RequestLog;
  /** The client's address; null if it is unknown. */
  readonly addressOf: (request: Request) => string | null;
}

/**
 * Every request passes through the pipeline. It makes the context of the request, turns an error of the handler into an
 * answer, adds the trace id and the security headers to the answer, and logs the request.
 */
export function requestPipeline({ log, addressOf }: PipelineParts) {
  const answered = (context: RequestContext, handled: Response | Failure): Response => {
    const { request, traceId, startedAt } = context;
    const response = handled instanceof Failure ? failureResponse(handled, context) : handled;
    response.headers.set("trace-id", traceId);
    // The runtime reads trailers as a new request and answers it with a 400, which must not reach another client.
    if (request.headers.has("transfer-encoding")) response.headers.set("connection", "close");
    secure(response.headers);
    log.answered(context, request.method, response.status, performance.now() - startedAt);
    return response;
  };
  return (
    received: Request,
    arrivedAt: number,
    handle: Handle,
    loggedPath: string | null = null,
  ): Answering => {
    const context = requestContext(received, addressOf(received), arrivedAt, loggedPath);
    const handled = handledBy(handle, context);
    if (!(handled instanceof Promise)) return answered(context, handled);
    return handled.catch(asFailure).then((late) => answered(context, late));
  };
}

function handledBy(handle: Handle, context: RequestContext): Handled {
  try {
    return handle(context);
  } catch (error) {
    return asFailure(error);
  }
}

function failureResponse(failure: Failure, { outcome, policy, traceId }: RequestContext): Response {
  const isFault = failure.code === "internal_error" || failure.cause !== undefined;
  if (isFault) outcome.fault = { error: failure.cause ?? failure, message: failure.message };
  outcome.refusal = failure.refusal;
  return policy.failures === "oauth" ? oauthFailureResponse(failure) : envelopeResponse(failure, traceId);
}

/** The error envelope: the form of every failure, except where the specification of a path has another one. */
function envelopeResponse({ code, message, details, status, headers }: Failure, traceId: string): Response {
  return jsonAnswer({ error: { code, message, data: details, trace_id: traceId } }, { status, headers });
}

import { jsonAnswer } from "./answer.ts";
import { oauthFailureResponse } from "./auth/oauth-errors.ts";
import { asFailure, type Failure } from "./errors.ts";
import { type RequestContext, requestContext } from "./request-context.ts";
import type { RequestLog } from "./request-log.ts";
import type { Answering } from "./request-queue.ts";
import { secure } from "./security-headers.ts";

/** Answers a request. Throws a Failure, or any other error for a fault of the server. */
export type Handle = (context: RequestContext) => Answering;

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
  return async (
    received: Request,
    arrivedAt: number,
    handle: Handle,
    loggedPath: string | null = null,
  ): Promise<Response> => {
    const context = requestContext(received, addressOf(received), arrivedAt, loggedPath);
    const { request } = context;
    const response = await answerOrFailure(handle, context);
    response.headers.set("trace-id", context.traceId);
    // The runtime reads trailers as a new request and answers it with a 400, which must not reach another client.
    if (request.headers.has("transfer-encoding")) response.headers.set("connection", "close");
    secure(response.headers);
    log.answered(context, request.method, response.status, performance.now() - arrivedAt);
    return response;
  };
}

async function answerOrFailure(handle: Handle, context: RequestContext): Promise<Response> {
  try {
    return await handle(context);
  } catch (error) {
    return failureResponse(asFailure(error), context);
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

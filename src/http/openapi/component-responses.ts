import { BODY_LIMIT_BYTES } from "../body/body.ts";
import { badRequest, conflict, Failure, notFound, unavailable } from "../errors.ts";
import { EXAMPLE } from "./examples.ts";
import { content, FAILURE_CODES, type FailureName, TRACE_ID_HEADER } from "./operation.ts";

interface FailureParts {
  readonly description: string;
  /** What the example shows. */
  readonly example: { readonly message: string; readonly details?: Readonly<Record<string, unknown>> };
  /** A header that says more. */
  readonly header?: keyof typeof COMPONENT_HEADERS;
}

export const COMPONENT_HEADERS = {
  "trace-id": {
    description: "Names the request in the server's log; the same as `trace_id` in an error.",
    required: true,
    schema: { $ref: "#/components/schemas/TraceId" },
  },
  "cache-control": {
    description: "Nobody on the way may keep the answer.",
    required: true,
    schema: { type: "string", const: "no-store" },
  },
  "www-authenticate": {
    description:
      "What the server wants, as in RFC 6750: `error` says what is wrong with the token, and `scope` which access is missing.",
    required: true,
    schema: {
      type: "string",
      pattern: '^Bearer realm="publisher"',
      examples: [
        'Bearer realm="publisher", error="invalid_token", error_description="The token has expired"',
      ],
    },
  },
  "publisher-token-id": {
    description: "The id of the token.",
    required: true,
    schema: { $ref: "#/components/schemas/TokenId" },
  },
  "publisher-access": {
    description: "What the token may do, which can be more than what was asked for.",
    required: true,
    schema: { $ref: "#/components/schemas/Access" },
  },
  "retry-after": {
    description: "After how many seconds to try again.",
    required: true,
    schema: { type: "integer", minimum: 1, examples: [5] },
  },
};

const FAILURES: Readonly<Record<FailureName, FailureParts>> = {
  BadRequest: {
    description:
      "The body is not what the endpoint takes, of which every issue is told at once; or the path or the Host header can " +
      "be read in more than one way, which is told before anything else.",
    example: badRequest([{ path: "expires_at", message: "must be in the future" }]),
  },
  AuthenticationError: {
    description:
      "The token is missing, malformed, unknown, expired or revoked. Nothing else of the request was looked at.",
    example: { message: "Invalid or missing API token" },
    header: "www-authenticate",
  },
  AuthorizationError: {
    description: "The token has access `read` where this needs `write`, or it is for other services.",
    example: { message: "Insufficient permissions" },
    header: "www-authenticate",
  },
  Conflict: {
    description: "The token has ended or was replaced; `replaced_by` names its successor, if it has one.",
    example: conflict({ replacedBy: EXAMPLE.id }, "active"),
  },
  NotFound: { description: "No token has this id.", example: notFound("api-token") },
  PayloadTooLarge: {
    description: `The body has more than ${BODY_LIMIT_BYTES} bytes.`,
    example: {
      message: `The body must have at most ${BODY_LIMIT_BYTES} bytes`,
      details: { limit_bytes: BODY_LIMIT_BYTES },
    },
  },
  UnsupportedMediaType: {
    description: "The body is of another type than `application/json`, not in UTF-8, or compressed.",
    example: { message: "Content-Type must be application/json, in UTF-8" },
  },
  InternalError: {
    description: "A fault of the server. Its log has the cause, under the trace id.",
    example: { message: "Something went wrong on the server" },
  },
  Unavailable: {
    description:
      "The store is full, failing or busy, too many long reads are under way, or the server is shutting down. Nothing was changed, unless `data.outcome` says otherwise.",
    example: unavailable("The store cannot be used now; try again later"),
    header: "retry-after",
  },
};

/** What every endpoint can answer when it fails, for the components of the document. */
export function componentResponses() {
  const names = Object.keys(FAILURE_CODES).filter((name): name is FailureName => name in FAILURE_CODES);
  return Object.fromEntries(names.map((name) => [name, failureResponse(name)]));
}

/** The answer to one kind of failure. */
export function failureResponse(name: FailureName) {
  const { description, example, header } = FAILURES[name];
  const failure = new Failure(FAILURE_CODES[name], example);
  const { code, message, details } = failure;
  const value = { error: { code, message, data: details, trace_id: EXAMPLE.traceId } };
  return {
    description,
    headers: {
      ...TRACE_ID_HEADER,
      ...(header === undefined ? {} : { [header]: { $ref: `#/components/headers/${header}` } }),
    },
    content: content({ schema: name, examples: { [code]: { summary: message, value } } }),
  };
}

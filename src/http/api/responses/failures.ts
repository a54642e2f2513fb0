import { type Type, type } from "../../body/arktype.ts";
import { BODY_LIMIT_BYTES } from "../../body/body.ts";
import type { ErrorCode } from "../../error-codes.ts";
import { badRequest, conflict, notFound, unavailable } from "../../errors.ts";
import { EXAMPLE } from "../../openapi/example-values.ts";
import { failureName, type ListedCode } from "../../openapi/failure-name.ts";
import { described } from "../described.ts";
import { TokenId } from "../values.ts";
import { StatusName, TraceId } from "./response-values.ts";

export const Issue = described(
  type({
    path: described(type("string"), "The place of the fault, as `filters[0].key`; empty for the whole body."),
    message: described(type("string"), "The fault, as the end of a sentence that begins with the path."),
  }),
  "One fault of a body.",
);

const NoDetails = described(type({}), "Always empty.");

const UnavailableDetails = type({
  "outcome?": described(
    type.enumerated("unknown", "pending"),
    "Left out: nothing was changed. `unknown`: the storage failed in the middle of the change; the audit trail says " +
      "after a restart whether it was made. `pending`: a revocation that is not stored yet; this server refuses the " +
      "token from now on and stores the revocation as soon as it can.",
  ),
  "pending_token?": described(
    type("boolean"),
    "With `pending`: whether the revocation of the token itself is not stored yet.",
  ),
  "pending_descendants?": described(
    type("number.integer"),
    "With `pending`: for how many of its descendants the revocation is not stored yet.",
  ),
});

interface FailureParts {
  /** The description of the schema. */
  readonly description: string;
  /** The schema of `error.data`. */
  readonly details: Type<object>;
  readonly response: FailureResponse;
}

/** The response in the document. */
interface FailureResponse {
  readonly description: string;
  readonly example: { readonly message: string; readonly details?: Readonly<Record<string, unknown>> };
  readonly header?: "retry-after" | "www-authenticate";
}

/** The schema and the response of each error code. */
export const FAILURES = {
  bad_request: failure("bad_request", {
    description: "The request is not valid; `data.issues` lists every fault.",
    details: type({ issues: Issue.array() }),
    response: {
      description:
        "The body is not valid, and `data.issues` lists every fault; or the path or the Host header can " +
        "be read in more than one way, which the server checks first.",
      example: badRequest([{ path: "expires_at", message: "must be in the future" }]),
    },
  }),
  authentication_error: failure("authentication_error", {
    description: "There is no valid token in the request.",
    details: NoDetails,
    response: {
      description:
        "The token is missing, malformed, unknown, expired or revoked. Nothing else of the request was looked at.",
      example: { message: "Invalid or missing API token" },
      header: "www-authenticate",
    },
  }),
  authorization_error: failure("authorization_error", {
    description: "The token may not do this.",
    details: NoDetails,
    response: {
      description: "The token has access `read` where this needs `write`, or it is for other services.",
      example: { message: "Insufficient permissions" },
      header: "www-authenticate",
    },
  }),
  conflict: failure("conflict", {
    description: "The token cannot be changed any more; `data` has its status and its successor.",
    details: type({ resource: "'api-token'", status: StatusName, replaced_by: TokenId.or("null") }),
    response: {
      description: "The token has ended or was replaced; `replaced_by` names its successor, if it has one.",
      example: conflict({ replacedBy: EXAMPLE.id }, "active"),
    },
  }),
  not_found: failure("not_found", {
    description: "There is no such thing; `data.resource` names its kind.",
    details: type({ resource: "string" }),
    response: { description: "No token has this id.", example: notFound("api-token") },
  }),
  payload_too_large: failure("payload_too_large", {
    description: "The body is larger than `data.limit_bytes`.",
    details: type({ limit_bytes: "number.integer" }),
    response: {
      description: `The body has more than ${BODY_LIMIT_BYTES} bytes.`,
      example: {
        message: `The body must have at most ${BODY_LIMIT_BYTES} bytes`,
        details: { limit_bytes: BODY_LIMIT_BYTES },
      },
    },
  }),
  unsupported_media_type: failure("unsupported_media_type", {
    description: "The body is not JSON in UTF-8.",
    details: NoDetails,
    response: {
      description: "The body is of another type than `application/json`, not in UTF-8, or compressed.",
      example: { message: "Content-Type must be application/json, in UTF-8" },
    },
  }),
  internal_error: failure("internal_error", {
    description: "A fault of the server; its log has the cause under the trace id.",
    details: NoDetails,
    response: {
      description: "A fault of the server. Its log has the cause, under the trace id.",
      example: { message: "Something went wrong on the server" },
    },
  }),
  unavailable: failure("unavailable", {
    description: "The server cannot do this now and may later.",
    details: UnavailableDetails,
    response: {
      description:
        "The store is full, failing or busy, too many long reads are under way, or the server is shutting down. Nothing was changed, unless `data.outcome` says otherwise.",
      example: unavailable("The store cannot be used now; try again later"),
      header: "retry-after",
    },
  }),
} satisfies Readonly<Record<ListedCode, object>>;

/** No operation lists this failure: the document has no schema for it. */
export const MethodNotAllowed = envelope("method_not_allowed", NoDetails);

function failure(code: ListedCode, { description, details, response }: FailureParts) {
  return { code, name: failureName(code), schema: described(envelope(code, details), description), response };
}

function envelope(code: ErrorCode, data: Type<object>) {
  return type({ error: { code: type.unit(code), message: "string", data, trace_id: TraceId } });
}

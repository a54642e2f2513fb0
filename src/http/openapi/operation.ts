import type { Access } from "../../tokens/token.ts";
import type { OtherCallers } from "../endpoint.ts";
import { type ErrorCode, Failure } from "../errors.ts";
import type { SchemaName } from "./named-types.ts";

/** The names that the document has for failures, and the code of each. */
export const FAILURE_CODES = {
  BadRequest: "bad_request",
  AuthenticationError: "authentication_error",
  AuthorizationError: "authorization_error",
  NotFound: "not_found",
  Conflict: "conflict",
  PayloadTooLarge: "payload_too_large",
  UnsupportedMediaType: "unsupported_media_type",
  InternalError: "internal_error",
  Unavailable: "unavailable",
} as const satisfies Readonly<Record<string, ErrorCode>>;

export type FailureName = keyof typeof FAILURE_CODES;

/** A name to choose each example by, and its value. */
export type Examples = Readonly<Record<string, { readonly summary: string; readonly value: object }>>;

export interface Content {
  readonly schema: SchemaName;
  readonly examples: Examples;
}

/** What the document tells of an endpoint that its route and its types do not. */
export interface OperationParts {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly answer: Content & { readonly description: string };
}

export interface ApiOperationParts extends OperationParts {
  readonly request: Content;
  /** What can go wrong besides what can go wrong at every endpoint. */
  readonly failures?: readonly FailureName[];
}

/** The header that every answer has, whoever gives it. */
export const TRACE_ID_HEADER = { "trace-id": { $ref: "#/components/headers/trace-id" } };

/** The headers of every answer that says yes. */
export const HEADERS = {
  ...TRACE_ID_HEADER,
  "cache-control": { $ref: "#/components/headers/cache-control" },
};

/** An endpoint under `/publisher.v1/`, for the `detail` of its route. */
export function apiOperation(
  tag: string,
  { access, alsoFor }: { readonly access: Access; readonly alsoFor: OtherCallers | null },
  parts: ApiOperationParts,
) {
  const { request, failures = [], ...rest } = parts;
  const detail = openOperation(tag, rest, [
    "BadRequest",
    "AuthenticationError",
    ...(alsoFor === "every-token" ? [] : (["AuthorizationError"] as const)),
    ...failures,
    "PayloadTooLarge",
    "UnsupportedMediaType",
  ]);
  return {
    ...detail,
    description: `${detail.description}\n\n${callers(access, alsoFor)}`,
    security: [{ bearer: [] }],
    requestBody: { required: true, content: content(request) },
    "x-access": access,
  };
}

/** An endpoint that anybody may call, and that takes no body. An unclear path or Host header is a 400 there too. */
export function openOperation(
  tag: string,
  parts: OperationParts,
  failures: readonly FailureName[] = ["BadRequest"],
) {
  const { answer, ...texts } = parts;
  return {
    ...texts,
    tags: [tag],
    security: [],
    responses: {
      "200": { description: answer.description, headers: HEADERS, content: content(answer) },
      ...failureResponses(failures),
    },
  };
}

/** What can go wrong somewhere, by status; some of it can everywhere. */
export function failureResponses(failures: readonly FailureName[]) {
  const possible: readonly FailureName[] = [...failures, "InternalError", "Unavailable"];
  return Object.fromEntries(
    possible.map((name) => [statusOf(name), { $ref: `#/components/responses/${name}` }]),
  );
}

export function content({ schema, examples }: Content) {
  return { "application/json": { schema: { $ref: `#/components/schemas/${schema}` }, examples } };
}

const NEEDED: Readonly<Record<Access, string>> = {
  read: "Needs a token for Publisher's own API whose access is `read` or `write`.",
  write: "Needs a token for Publisher's own API whose access is `write`.",
};

const ALSO: Readonly<Record<Exclude<OtherCallers, "every-token">, string>> = {
  "verifying-tokens": "A token that verifies will do, too.",
  itself: "Every active token may revoke itself, with any access and for any services.",
};

/** Which tokens may call an endpoint. */
function callers(access: Access, alsoFor: OtherCallers | null): string {
  if (alsoFor === "every-token") return "Every token may do this, also one for other services.";
  return alsoFor === null ? NEEDED[access] : `${NEEDED[access]} ${ALSO[alsoFor]}`;
}

function statusOf(name: FailureName): string {
  return String(new Failure(FAILURE_CODES[name], { message: "" }).status);
}

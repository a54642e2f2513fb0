import type { Access } from "../../tokens/token.ts";
import type { OtherCallers } from "../auth/route-policy.ts";
import { ERROR_CODES } from "../error-codes.ts";
import { failureName, type ListedCode } from "./failure-name.ts";

/** A name to choose each example by, and its value. */
export type Examples = Readonly<Record<string, { readonly summary: string; readonly value: object }>>;

/** `Schema` is a name of a schema in the document. */
export interface Content<Schema extends string = string> {
  readonly schema: Schema;
  readonly examples: Examples;
}

/** The texts and examples of an endpoint in the document. */
export interface OperationParts<Schema extends string = string> {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly answer: Content<Schema> & { readonly description: string };
}

export interface ApiOperationParts<Schema extends string = string> extends OperationParts<Schema> {
  readonly request: Content<Schema>;
  /** The failures besides those of every endpoint. */
  readonly failures?: readonly ListedCode[];
}

/** The header of every response, also of failures. */
export const TRACE_ID_HEADER = { "trace-id": { $ref: "#/components/headers/trace-id" } };

/** The headers of every successful response. */
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
    "bad_request",
    "authentication_error",
    ...(alsoFor === "every-token" ? [] : (["authorization_error"] as const)),
    ...failures,
    "payload_too_large",
    "unsupported_media_type",
  ]);
  return {
    ...detail,
    description: `${detail.description}\n\n${callers(access, alsoFor)}`,
    security: [{ bearer: [] }],
    requestBody: { required: true, content: content(request) },
    "x-access": access,
  };
}

/** An endpoint without authentication and body. An ambiguous path or Host header is a 400 there too. */
export function openOperation(
  tag: string,
  parts: OperationParts,
  failures: readonly ListedCode[] = ["bad_request"],
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

/** The responses to failures by status, with those that every endpoint has. */
export function failureResponses(failures: readonly ListedCode[]) {
  const codes: readonly ListedCode[] = [...failures, "internal_error", "unavailable"];
  return Object.fromEntries(
    codes.map((code) => [
      String(ERROR_CODES[code].status),
      { $ref: `#/components/responses/${failureName(code)}` },
    ]),
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

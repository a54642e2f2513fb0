import { FAILURES } from "../api/responses/failures.ts";
import { EXAMPLE } from "./example-values.ts";
import type { ListedCode } from "./failure-name.ts";
import { content, TRACE_ID_HEADER } from "./operation.ts";

export const COMPONENT_HEADERS = {
  "trace-id": {
    description: "Names the request in the server's log; the same as `trace_id` in an error.",
    required: true,
    schema: { $ref: "#/components/schemas/TraceId" },
  },
  "cache-control": {
    description: "No cache may store the answer.",
    required: true,
    schema: { type: "string", const: "no-store" },
  },
  "www-authenticate": {
    description:
      "The challenge, as in RFC 6750: `error` names the fault of the token, and `scope` the missing access.",
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
    description: "The access of the token, which can be more than the request needs.",
    required: true,
    schema: { $ref: "#/components/schemas/Access" },
  },
  "retry-after": {
    description: "After how many seconds to try again.",
    required: true,
    schema: { type: "integer", minimum: 1, examples: [5] },
  },
};

/** The responses to failures, for the components of the document. */
export function componentResponses() {
  return Object.fromEntries(Object.values(FAILURES).map(({ code, name }) => [name, failureResponse(code)]));
}

/** The response to one kind of failure. */
export function failureResponse(code: ListedCode) {
  const { name, response } = FAILURES[code];
  const { description, example, header } = response;
  const { message, details = {} } = example;
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

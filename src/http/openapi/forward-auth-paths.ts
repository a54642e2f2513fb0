import { EXAMPLE } from "./examples.ts";
import { failureResponses, HEADERS } from "./operation.ts";

const METHOD_HEADER = {
  in: "header",
  required: false,
  schema: { type: "string" },
} as const;

const PARAMETERS = [
  {
    name: "audience",
    in: "path",
    required: true,
    description:
      "The service that the token must be for. Whatever comes below it in the path changes nothing.",
    schema: { $ref: "#/components/schemas/Audience" },
    example: EXAMPLE.audience,
  },
  {
    name: "access",
    in: "query",
    required: false,
    description:
      "`write`, and whatever begins with it, asks for a token that may write, whatever the method. Anything else changes nothing.",
    schema: { type: "string" },
  },
  {
    name: "X-Forwarded-Method",
    description: "The method of the proxy's own client. Left out, it asks for nothing.",
    ...METHOD_HEADER,
  },
  { name: "X-Original-Method", description: "The same, as other proxies call it.", ...METHOD_HEADER },
];

/** What every method has; the parameters are of each, since a path item of the document has nothing but methods. */
const OPERATION = {
  tags: ["forward-auth"],
  security: [{ bearer: [] }],
  parameters: PARAMETERS,
  responses: {
    "200": {
      description: "The request may pass. There is no body.",
      headers: {
        ...HEADERS,
        "publisher-token-id": { $ref: "#/components/headers/publisher-token-id" },
        "publisher-access": { $ref: "#/components/headers/publisher-access" },
      },
    },
    ...failureResponses(["AuthenticationError", "AuthorizationError"]),
  },
};

/**
 * What the document tells of what reverse proxies ask. Bun's router has its route and Elysia none, so that no plugin
 * can tell of it.
 */
export const FORWARD_AUTH_PATHS = {
  "/forward-auth/{audience}": {
    get: {
      ...OPERATION,
      operationId: "authorizeReading",
      summary: "Whether a request may pass that reads",
      description:
        "For reverse proxies, which ask before they let a request through to the service, with the `Authorization` header " +
        `of that request. The token must be for the service: one whose \`audiences\` have \`${EXAMPLE.audience}\` is good at ` +
        `\`/forward-auth/${EXAMPLE.audience}\`. A token whose access is \`read\` is enough if all that names a method names ` +
        "exactly `GET`, `HEAD` or `OPTIONS`: the method of this request, `X-Forwarded-Method` and `X-Original-Method`. " +
        "Otherwise, or with `access=write`, it takes one whose access is `write`. `HEAD` and `OPTIONS` are answered as " +
        "`GET` is.",
    },
    post: {
      ...OPERATION,
      operationId: "authorizeWriting",
      summary: "Whether a request may pass that writes",
      description:
        "As with `GET`, but it always takes a token whose access is `write`. Every other method is answered so too. No " +
        "body is read.",
    },
  },
};

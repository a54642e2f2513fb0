import { ACCESSES } from "../../tokens/token.ts";
import { HEADER_NAME } from "../auth/token-header-name.ts";
import { failureResponse } from "./component-responses.ts";
import { EXAMPLE } from "./example-values.ts";
import type { ListedCode } from "./failure-name.ts";
import { failureResponses, HEADERS } from "./operation.ts";

const METHOD_HEADER = {
  in: "header",
  required: false,
  schema: { type: "string" },
} as const;

const QUERY_OPTION = { in: "query", required: false } as const;

const PARAMETERS = [
  {
    name: "audience",
    in: "path",
    required: true,
    description: "The service that the token must be for. Segments below it change nothing.",
    schema: { $ref: "#/components/schemas/Audience" },
    example: EXAMPLE.audience,
  },
  {
    name: "access",
    description:
      "`write` asks for a token that may write, with every method. `read` leaves that to the method.",
    ...QUERY_OPTION,
    schema: { type: "string", enum: ACCESSES },
  },
  {
    name: "scheme",
    description: "`basic` also takes the token as the password of Basic authentication, with any user.",
    ...QUERY_OPTION,
    schema: { type: "string", const: "basic" },
  },
  {
    name: "header",
    description:
      "The name of the header in which the token comes alone. `Authorization` is left to the service then, and must " +
      "not carry a second token. Not together with `scheme`.",
    ...QUERY_OPTION,
    schema: { type: "string", pattern: HEADER_NAME.source, examples: ["x-wiki-token"] },
  },
  {
    name: "path",
    description:
      "Ends the options: everything behind `path=` is the target of the proxy's client and changes nothing.",
    ...QUERY_OPTION,
    schema: { type: "string" },
  },
  {
    name: "X-Forwarded-Method",
    description: "The method of the proxy's own client. Left out, it asks for nothing.",
    ...METHOD_HEADER,
  },
  { name: "X-Original-Method", description: "The same, as other proxies call it.", ...METHOD_HEADER },
];

const CHALLENGE = {
  description:
    "The challenge: for Bearer as in RFC 6750, for Basic as in RFC 7617, and `Header` with the name of the " +
    "header that the query names. With `scheme=basic` there are two, of which Basic is the first.",
  schema: {
    type: "string",
    pattern: '^(?:Bearer|Basic|Header) realm="publisher"',
    examples: [
      'Basic realm="publisher", Bearer realm="publisher"',
      'Header realm="publisher", name="x-wiki-token"',
    ],
  },
};

function withChallenge(code: ListedCode, description: string, required: boolean) {
  const { content, headers } = failureResponse(code);
  return { description, headers: { ...headers, "www-authenticate": { ...CHALLENGE, required } }, content };
}

/** The parts of every method. Parameters too: a path item of the document has nothing but methods. */
const OPERATION = {
  tags: ["forward-auth"],
  security: [{ bearer: [] }, { basic: [] }],
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
    ...failureResponses(["bad_request"]),
    "401": withChallenge(
      "authentication_error",
      "There is no token, two come at once, or it is not good.",
      true,
    ),
    "403": withChallenge(
      "authorization_error",
      "The access of the token does not reach, or it is for other services.",
      false,
    ),
  },
};

/** Elysia's plugin cannot document forward-auth: its route is one of Bun's router. */
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
        "`GET` is.\n\nThe query has these options in exactly this spelling, each at most once. Any other query is taken " +
        "for a typing error: it asks for a `write` token as Bearer, and the log says that the options were not understood.",
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

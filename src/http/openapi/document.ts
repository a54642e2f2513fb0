import { swagger } from "@elysiajs/swagger";
import { Elysia } from "elysia";
import { AuditTrail } from "../../tokens/audit/audit-trail.ts";
import type { Authority } from "../../tokens/authority.ts";
import { TokenService } from "../../tokens/token-service.ts";
import type { TokenStore } from "../../tokens/token-store.ts";
import { Usage } from "../../tokens/usage/usage.ts";
import { VERSION } from "../../version.ts";
import { apiTokenEndpoints } from "../api/api-token.ts";
import { auditEventEndpoints } from "../api/audit-event.ts";
import { INTROSPECTION_PATH } from "../auth/route-policy.ts";
import { documentedRoutes } from "../documented-routes.ts";
import { type Endpoint, endpointPath } from "../endpoint.ts";
import { CREATE, REVOKE, ROTATE, UPDATE } from "./api-token-change-operations.ts";
import { COUNT, CURRENT, GET, LIST, VERIFY, VERIFY_ALL } from "./api-token-read-operations.ts";
import { AUDIT_EVENT_OPERATIONS } from "./audit-event-operations.ts";
import { COMPONENT_HEADERS, componentResponses } from "./component-responses.ts";
import { componentSchemas, type Json } from "./component-schemas.ts";
import { FORWARD_AUTH_PATHS } from "./forward-auth-paths.ts";
import { HEALTH_OPERATIONS } from "./health-operations.ts";
import { INTROSPECTION_OPERATION } from "./introspection-operation.ts";
import { NAMED_SCHEMAS, type SchemaName } from "./named-schemas.ts";
import { type ApiOperationParts, apiOperation, type OperationParts, openOperation } from "./operation.ts";
import { USAGE_OPERATION } from "./usage-operation.ts";

/** Since 3.1 the schemas of OpenAPI are JSON Schema, which ArkType writes. */
const OPENAPI_VERSION = "3.1.0";

const DESCRIPTION = `Publisher issues, rotates and revokes API tokens, and verifies them for services and reverse proxies.

**Calling it.** Send a \`POST\` with a JSON object to a path under \`/publisher.v1/\`, with a token in the header
\`Authorization: Bearer <token>\`. Parameters that an endpoint does not know are refused.

**Order of checks.** Token, endpoint, access, media type, size, body, state. The first check that fails answers, so a
caller without a token learns nothing else. Before all of them, a path or a \`Host\` header that can be read in more than
one way is a 400.

**Failures.** \`code\` is for programs, \`message\` for people, \`data\` has details, and \`trace_id\` finds the request
in the server's log. An unknown path is a 404; another method is a 405 with the header \`Allow\`. \`HEAD\` works where
\`GET\` does. \`/oauth2/introspect\` answers with OAuth's errors instead.

A request with more than 16 KiB of headers gets a 431 with an empty body, at every path. No operation lists it: it comes
from the HTTP layer, without the headers of other answers.

**Tracing.** Every answer has the header \`trace-id\`: the trace id of the request's \`traceparent\` header, as in W3C
Trace Context, or a fresh one.`;

/** The operations of the resource `api-token`, in the order of the document. */
const API_TOKEN_OPERATIONS = {
  create: CREATE,
  list: LIST,
  get: GET,
  current: CURRENT,
  update: UPDATE,
  rotate: ROTATE,
  revoke: REVOKE,
  verify: VERIFY,
  "bulk-verify": VERIFY_ALL,
  summary: COUNT,
  usage: USAGE_OPERATION,
} as const;

/** The groups of endpoints, in the order of the document. */
const TAGS = [
  { name: "api-token", description: "Create, list, change, revoke and verify tokens." },
  { name: "audit-event", description: "List the changes to tokens." },
  { name: "forward-auth", description: "For reverse proxies in front of services." },
  { name: "oauth2", description: "For services that check tokens as OAuth does." },
  { name: "health", description: "For monitoring and load balancers." },
];

/** The OpenAPI document: its operations from the files beside this one, its schemas from those of bodies and answers. */
export async function openapiDocument(): Promise<Json> {
  return {
    openapi: OPENAPI_VERSION,
    info: {
      title: "Publisher",
      version: VERSION,
      description: DESCRIPTION,
      license: { name: "MIT", identifier: "MIT" },
      contact: { name: "The operator of this server" },
    },
    servers: [{ url: "..", description: "This server" }],
    tags: TAGS,
    security: [{ bearer: [] }],
    paths: await paths(),
    components: {
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "The secret of a token: `sk_live_…`." },
        basic: {
          type: "http",
          scheme: "basic",
          description: "The secret of a token as the password; the user may be anybody.",
        },
      },
      schemas: componentSchemas(NAMED_SCHEMAS),
      headers: COMPONENT_HEADERS,
      responses: componentResponses(),
    },
  };
}

/** From an application that never listens and gets no requests. Throws an Error if a route has no operation. */
async function paths(): Promise<unknown> {
  const specPath = "/document";
  const authority = unusedAuthority();
  const operations = allOperations(authority);
  const described = operations.map(({ method, path }) => `${method} ${path}`);
  for (const { method, path } of documentedRoutes({ authority, ping: () => {}, writeTrouble: () => null })
    .routes)
    if (method !== "ALL" && !described.includes(`${method} ${path}`))
      throw new Error(`${method} ${path} has no operation in the document`);
  const documented = new Elysia().use(swagger({ path: "/page", specPath, excludeStaticFile: false }));
  for (const { method, path, detail } of operations) documented.route(method, path, unused, { detail });
  const response = await documented.handle(new Request(`http://localhost${specPath}`));
  const generated: unknown = await response.json();
  if (typeof generated === "object" && generated !== null && "paths" in generated)
    return inOrder({ ...Object(generated.paths), ...FORWARD_AUTH_PATHS });
  throw new Error("the plugin gave no paths");
}

/** The operation of a route. */
interface DescribedRoute {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly detail: object;
}

/** The operations of all routes, in the order of the document. */
function allOperations(authority: Authority): readonly DescribedRoute[] {
  const { auditTrail } = authority;
  return [
    ...healthOperations(HEALTH_OPERATIONS),
    ...resourceOperations("api-token", apiTokenEndpoints(authority), API_TOKEN_OPERATIONS),
    ...resourceOperations("audit-event", auditEventEndpoints(auditTrail), AUDIT_EVENT_OPERATIONS),
    { method: "POST", path: INTROSPECTION_PATH, detail: INTROSPECTION_OPERATION },
  ];
}

function healthOperations(operations: Readonly<Record<string, OperationParts<SchemaName>>>) {
  return Object.entries(operations).map(
    ([path, parts]): DescribedRoute => ({ method: "GET", path, detail: openOperation("health", parts) }),
  );
}

function resourceOperations<Action extends string>(
  resource: string,
  endpoints: Readonly<Record<Action, Endpoint>>,
  operations: Readonly<Record<Action, ApiOperationParts<SchemaName>>>,
): readonly DescribedRoute[] {
  const described: DescribedRoute[] = [];
  for (const action in operations) {
    const detail = apiOperation(resource, endpoints[action], operations[action]);
    described.push({ method: "POST", path: endpointPath(resource, action), detail });
  }
  return described;
}

function inOrder(paths: Readonly<Record<string, object>>): Json {
  const rank = (operations: object): number => {
    const { tags = [] } = Object(Object.values(operations)[0]);
    return TAGS.findIndex(({ name }) => name === tags[0]);
  };
  return Object.fromEntries(Object.entries(paths).toSorted(([, one], [, other]) => rank(one) - rank(other)));
}

function unused(): never {
  throw new Error("an endpoint was called for the document");
}

function unusedAuthority(): Authority {
  const store: TokenStore = {
    findByDigest: unused,
    findByDigests: unused,
    findById: unused,
    change: unused,
    list: unused,
    summary: unused,
    isEmpty: unused,
  };
  const tokens = new TokenService({
    store,
    clock: unused,
    random: unused,
    cursorKey: new Uint8Array(),
    onChange: unused,
    onUse: unused,
    onReuse: unused,
  });
  const auditTrail = new AuditTrail({ store: { list: unused }, cursorKey: new Uint8Array() });
  const usage = new Usage({
    store: { add: unused, read: unused, forget: unused },
    tokens: store,
    clock: unused,
  });
  return { tokens, auditTrail, usage };
}

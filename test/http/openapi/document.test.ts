import { expect, test } from "bun:test";
import { join } from "node:path";
import { type } from "../../../src/http/body/arktype.ts";
import { OPERATORS } from "../../../src/http/lists/filter-walk.ts";
import { componentSchemas } from "../../../src/http/openapi/component-schemas.ts";
import { openapiDocument } from "../../../src/http/openapi/document.ts";
import { EXAMPLE } from "../../../src/http/openapi/example-values.ts";
import { AUDIT_EVENT_LIST, TOKEN_LIST } from "../../../src/http/openapi/list-schemas.ts";
import { AUDIT_EVENT_LISTING } from "../../../src/tokens/audit/audit-event-listing.ts";
import { filterKeys } from "../../../src/tokens/listing/listing.ts";
import { TOKEN_LISTING } from "../../../src/tokens/listing/token-listing.ts";
import { RunningServer, run } from "../../support/executable/executable.ts";
import { useTestApi } from "../../support/http/api.ts";
import { Truth } from "../../support/http/truth.ts";
import { redoclyProblems, spectralProblems } from "../../support/linters.ts";
import { PATIENCE_MS } from "../../support/patience.ts";
import { TemporaryDirectory } from "../../support/temporary.ts";

const api = useTestApi();

const truth = await Truth.read();
const { paths, components } = truth.document;
const ROOT = "/publisher.v1";
const API = `${ROOT}/api-token`;
const INTROSPECTION = "/oauth2/introspect";

/** Operations that Bun's router finds, and no route of Elysia's. */
const UNROUTED = ["GET /forward-auth/{audience}", "POST /forward-auth/{audience}"];

const RENEW =
  "If the document should change, run: bun src/main.ts openapi > test/http/openapi/openapi.json, and review the diff.";

test("the document is openapi.json", async () => {
  const golden = await Bun.file(join(import.meta.dir, "openapi.json")).text();
  expect(`${JSON.stringify(await openapiDocument(), null, 2)}\n`, RENEW).toBe(golden);
});

test("every route is in the document, and every path of it is a route", () => {
  const routes = api.app.routes
    .filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => `${method} ${path}`);
  const documented = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(documented.toSorted()).toEqual([...routes, ...UNROUTED].toSorted());
});

test(
  "the executable prints the document that it serves, and two linters find nothing in it",
  async () => {
    using directory = new TemporaryDirectory();
    const { stdout, stderr, exitCode } = await run(["openapi"], { cwd: directory.path });
    expect([stderr, exitCode]).toEqual(["", 0]);
    expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(await openapiDocument())));
    await using server = await RunningServer.start();
    const served = await fetch(`${server.url}/swagger/json`);
    expect(served.headers.get("content-type")).toBe("application/json");
    expect(await served.json()).toEqual(JSON.parse(stdout));
    const [redocly, spectral] = await Promise.all([redoclyProblems(stdout), spectralProblems(stdout)]);
    expect(redocly).toEqual([]);
    expect(spectral).toEqual([]);
  },
  PATIENCE_MS,
);

test(
  "both linters do find faults",
  async () => {
    const { openapi, info } = await openapiDocument();
    const text = JSON.stringify({ openapi, info, paths: { "/healthz": { get: { responses: {} } } } });
    const [redocly, spectral] = await Promise.all([redoclyProblems(text), spectralProblems(text)]);
    expect(redocly.join()).toContain("operation-summary");
    expect(spectral.join()).toContain("operation-description");
  },
  PATIENCE_MS,
);

test("the examples of requests are accepted", async () => {
  for (const path of Object.keys(paths).filter((path) => path.startsWith(ROOT))) {
    const examples = Object.values(examplesIn(paths[path]?.post?.requestBody?.content));
    expect(examples).not.toBeEmpty();
    for (const { value } of examples) {
      const known = (await api.call("api-token/create", { access: "read" })).json.id;
      const body = {
        ...value,
        ...("id" in value ? { id: known } : {}),
        ...("ids" in value ? { ids: [known] } : {}),
      };
      expect([path, (await api.send(path, { body })).status]).toEqual([path, 200]);
    }
  }
});

test("the example of a form is accepted, and those of its failures are the real answers", async () => {
  const path = INTROSPECTION;
  const operation = paths[path]?.post;
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const [example] = Object.values(examplesIn(operation?.requestBody?.content));
  const body = String(new URLSearchParams(Object(example?.value)));
  expect((await api.send(path, { headers, body })).json).toEqual({ active: false });
  const service = await api.secret("read", null, ["wiki"]);
  const sent = {
    "400": api.send(path, { headers, body: "" }),
    "401": api.send(path, { headers, body, token: null }),
    "403": api.send(path, { headers, body, token: service }),
    "413": api.send(path, { headers, body: "x".repeat(65_537) }),
    "415": api.send(path, { body }),
  };
  for (const [status, sending] of Object.entries(sent)) {
    const { json } = await sending;
    const [shown] = Object.values(examplesIn(operation?.responses[status]?.content));
    expect([status, json]).toEqual([status, shown?.value]);
  }
});

test("the examples of failures are what the API says", async () => {
  const path = `${API}/create`;
  const unknownId = { id: "atok_0000000000000000000000" };
  const replaced = (await api.call("api-token/create", { access: "read" })).json.id;
  await api.call("api-token/rotate", { id: replaced });
  const sent = {
    BadRequest: api.send(path, { body: { access: "read", expires_at: "2020-01-01T00:00:00Z" } }),
    AuthenticationError: api.send(path, { token: null }),
    AuthorizationError: api.send(path, { token: api.read }),
    Conflict: api.send(`${API}/rotate`, { body: { id: replaced } }),
    NotFound: api.send(`${API}/get`, { body: unknownId }),
    PayloadTooLarge: api.send(path, { body: "x".repeat(65_537) }),
    UnsupportedMediaType: api.send(path, { headers: { "content-type": "text/plain" } }),
  };
  for (const [name, sending] of Object.entries(sent)) {
    const { json } = await sending;
    const [example] = Object.values(examplesIn(components.responses[name]?.content));
    const trace_id = expect.any(String);
    const successor = json.error.data.replaced_by ?? EXAMPLE.id;
    const shown = JSON.parse(JSON.stringify(example?.value).replace(EXAMPLE.id, successor));
    expect(json).toEqual({ error: { ...shown.error, trace_id } });
  }
});

test("headers of more than 16 KiB are refused with an empty body, as the introduction says", async () => {
  await using server = await RunningServer.start();
  const response = await fetch(`${server.url}/healthz`, { headers: { "x-large": "x".repeat(16_500) } });
  expect([response.status, await response.text()]).toEqual([431, ""]);
  const kept = await fetch(`${server.url}/healthz`, { headers: { "x-large": "x".repeat(15_000) } });
  expect(kept.status).toBe(200);
});

const LISTS = [
  { path: "api-token/list", terms: TOKEN_LISTING, schemas: TOKEN_LIST },
  { path: "audit-event/list", terms: AUDIT_EVENT_LISTING, schemas: AUDIT_EVENT_LIST },
];

test.each(LISTS)("the conditions of the document are those of $path", async ({ path, terms, schemas }) => {
  for (const key of [...filterKeys(terms), "token", "hint"]) {
    const value = valueFor(key, terms.resource);
    const operations = [
      { eq: value },
      { in: [value] },
      { nin: [value] },
      { in: [] },
      { exists: true },
      { exists: "yes" },
      { regex: { pattern: "a" } },
      { regex: { pattern: "a", case_insensitive: true } },
      { regex: "a" },
      { regex: { pattern: "a".repeat(257) } },
      { lt: value },
      { gt: value },
      { lt: "2030-01-01" },
      { eq: value, gt: value },
      { eq: 7 },
      { or: [{ key, eq: value }] },
      {},
    ];
    for (const operation of operations) {
      const one = "or" in operation ? operation : { key, ...operation };
      for (const condition of [one, { and: [one] }, { or: [one, { and: [one] }] }, { and: [] }]) {
        const { status } = await api.call(path, { filters: [condition] });
        expect([condition, status === 200]).toEqual([condition, schemas.Condition.allows(condition)]);
      }
    }
  }
});

test("every operator of a list is in the document", () => {
  for (const prefix of ["", "AuditEvent"]) {
    const documented = Object(components.schemas[`${prefix}Condition`]).anyOf.flatMap(
      ({ $ref }: { $ref: string }) =>
        Object.keys(Object(components.schemas[$ref.replace("#/components/schemas/", "")]).properties),
    );
    expect(new Set(documented)).toEqual(new Set(["key", ...OPERATORS, "and", "or"]));
  }
});

test("every constant has its type, and no Boolean is a constant", () => {
  const constants = partsOf(components).filter((part) => "const" in part || "enum" in part);
  expect(constants.length).toBeGreaterThan(20);
  for (const part of constants) expect([part, typeof part.type]).toEqual([part, "string"]);
  expect(constants.filter((part) => typeof part.const === "boolean")).toEqual([]);
});

test("a schema without a description is an error", () => {
  expect(() => componentSchemas({ Named: type({ absent: "string" }) })).toThrow("Named");
});

/** Every object within a value, at any depth. */
function partsOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (typeof value !== "object" || value === null) return [];
  return [Object(value), ...Object.values(value).flatMap(partsOf)];
}

function examplesIn(content: (typeof components.responses)[string]["content"]) {
  return Object.values(content ?? {})[0]?.examples ?? {};
}

const VALUES: Readonly<Record<string, string>> = {
  access: "read",
  audiences: "wiki",
  action: "api-token.create",
  trace_id: EXAMPLE.traceId,
  request_id: EXAMPLE.traceId,
  ip: "192.0.2.1",
  verifies: "true",
  status: "active",
};

function valueFor(key: string, resource: string): string {
  if (key === "at" || key.endsWith("_at")) return "2030-01-01T00:00:00Z";
  if (key === "id" && resource === "audit-event") return EXAMPLE.auditEventId;
  return VALUES[key] ?? EXAMPLE.id;
}

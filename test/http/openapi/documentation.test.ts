import { expect, test } from "bun:test";
import { PAGE_FILES } from "../../../src/assets/page-files.ts";
import { Health } from "../../../src/http/api/answer-types.ts";
import { openapiDocument } from "../../../src/http/api/documentation.ts";
import { conditionTypes } from "../../../src/http/lists/filter-types.ts";
import { OPERATORS } from "../../../src/http/lists/filter-walk.ts";
import { componentSchemas } from "../../../src/http/openapi/component-schemas.ts";
import { EXAMPLE } from "../../../src/http/openapi/examples.ts";
import { AUDIT_EVENT_LISTING } from "../../../src/tokens/audit/audit-event-listing.ts";
import { filterKeys } from "../../../src/tokens/listing/listing.ts";
import { TOKEN_LISTING } from "../../../src/tokens/listing/token-listing.ts";
import { RunningServer, run } from "../../support/executable/executable.ts";
import { useTestApi } from "../../support/http/api.ts";
import { Truth } from "../../support/http/truth.ts";
import { redoclyProblems, spectralProblems } from "../../support/linters.ts";
import { PATIENCE_MS } from "../../support/patience.ts";
import { TemporaryDirectory } from "../../support/temporary.ts";

const api = useTestApi({ pages: PAGE_FILES });

const truth = await Truth.read();
const { paths, components } = truth.document;
const ROOT = "/publisher.v1";
const API = `${ROOT}/api-token`;

/** The one route with a method of its own that is no part of the API. */
const DOCUMENT = "/swagger/json";

const INTROSPECTION = "/oauth2/introspect";

/** What Bun's router finds, and no route of Elysia's. */
const FORWARD_AUTH = "/forward-auth/{audience}";
const UNROUTED = [`GET ${FORWARD_AUTH}`, `POST ${FORWARD_AUTH}`];

test("every route is in the document, and every path of it is a route", async () => {
  const routes = api.app.routes
    .filter(({ method, path }) => method !== "ALL" && path !== DOCUMENT)
    .map(({ method, path }) => `${method} ${path}`);
  const documented = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(documented.toSorted()).toEqual([...routes, ...UNROUTED].toSorted());
  expect(routes).toContain(`POST ${API}/create`);
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

test("every endpoint is told whole", () => {
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const { responses, requestBody, ...texts } = operation;
      const failures = ["400", "500", "503"];
      const isApi = path.startsWith(ROOT) || path === INTROSPECTION;
      if (isApi) failures.push("401", "413", "415");
      if (path === FORWARD_AUTH) failures.push("401", "403");
      if (isApi && !path.endsWith("/current")) failures.push("403");
      if (/\/(get|revoke|update|rotate|usage)$/.test(path)) failures.push("404");
      if (/\/(update|rotate)$/.test(path)) failures.push("409");
      expect([path, Object.keys(responses).toSorted()]).toEqual([path, ["200", ...failures.toSorted()]]);
      expect(texts).toMatchObject({ summary: expect.any(String), description: expect.any(String) });
      if (path === FORWARD_AUTH) continue;
      if (method === "post") expect(Object.keys(examplesIn(requestBody?.content))).not.toBeEmpty();
      expect(Object.keys(examplesIn(responses["200"]?.content))).not.toBeEmpty();
    }
  }
});

test("endpoints are in the order in which somebody needs them", () => {
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
  expect(operations.map(({ operationId }) => operationId)).toEqual([
    "createApiToken",
    "listApiTokens",
    "getApiToken",
    "getCurrentApiToken",
    "updateApiToken",
    "rotateApiToken",
    "revokeApiToken",
    "verifyApiToken",
    "summarizeApiTokens",
    "getApiTokenUsage",
    "listAuditEvents",
    "authorizeReading",
    "authorizeWriting",
    "introspectToken",
    "getLiveness",
    "getReadiness",
    "getReadinessToRead",
  ]);
});

test("the examples of requests are accepted", async () => {
  for (const path of Object.keys(paths).filter((path) => path.startsWith(ROOT))) {
    for (const { value } of Object.values(examplesIn(paths[path]?.post?.requestBody?.content))) {
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

test("the example of a form is accepted, and those of its failures are what is answered", async () => {
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

test("headers that are too large are refused with an empty body, as the introduction says", async () => {
  const { info } = await openapiDocument();
  expect(info).toMatchObject({
    description: expect.stringContaining("more than 16 KiB of headers gets a 431 with an empty body"),
  });
  await using server = await RunningServer.start();
  const response = await fetch(`${server.url}/healthz`, { headers: { "x-large": "x".repeat(16_500) } });
  expect([response.status, await response.text()]).toEqual([431, ""]);
  const kept = await fetch(`${server.url}/healthz`, { headers: { "x-large": "x".repeat(15_000) } });
  expect(kept.status).toBe(200);
});

/** Every list, what its conditions are called in the document, and something that each of its keys may be. */
const LISTS = [
  { path: "api-token/list", terms: TOKEN_LISTING, prefix: "", id: "atok_1" },
  { path: "audit-event/list", terms: AUDIT_EVENT_LISTING, prefix: "AuditEvent", id: "aevt_1" },
] as const;

for (const { path, terms, prefix, id } of LISTS) {
  test(`the conditions that the document has are the conditions that ${path} takes`, async () => {
    const { Condition } = conditionTypes(terms);
    for (const key of [...filterKeys(terms), "token", "hint"]) {
      const value = key === "id" ? id : valueFor(key);
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
          expect([condition, status === 200]).toEqual([condition, Condition.allows(condition)]);
        }
      }
    }
  });

  test(`every operator of ${path} is in the document`, () => {
    const { anyOf } = Object(components.schemas[`${prefix}Condition`]);
    const documented = anyOf.flatMap(({ $ref }: { $ref: string }) => {
      const name = $ref.replace("#/components/schemas/", "");
      expect(name).toStartWith(prefix);
      return Object.keys(Object(components.schemas[name]).properties);
    });
    const operators = documented.filter((name: string) => name !== "key");
    expect(operators.toSorted()).toEqual([...OPERATORS, "and", "or"].toSorted());
  });
}

test("every constant has its type, and no Boolean is a constant", () => {
  const constants = partsOf(components).filter((part) => "const" in part || "enum" in part);
  expect(constants.length).toBeGreaterThan(20);
  for (const part of constants) expect([part, typeof part.type]).toEqual([part, "string"]);
  expect(constants.filter((part) => typeof part.const === "boolean")).toEqual([]);
});

test("a property that is described and not there is an error", () => {
  const named = { type: Health, about: { description: "" }, properties: { absent: "" } };
  expect(() => componentSchemas({ Health: named })).toThrow("absent");
});

/** Every object within a value, at any depth. */
function partsOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (typeof value !== "object" || value === null) return [];
  return [Object(value), ...Object.values(value).flatMap(partsOf)];
}

function examplesIn(content: (typeof components.responses)[string]["content"]) {
  return Object.values(content ?? {})[0]?.examples ?? {};
}

function valueFor(key: string): string {
  if (key === "at" || key.endsWith("_at")) return "2030-01-01T00:00:00Z";
  if (key === "access") return "read";
  if (key === "audiences") return "wiki";
  if (key === "action") return "api-token.create";
  if (key === "trace_id" || key === "request_id") return EXAMPLE.traceId;
  if (key === "ip") return "192.0.2.1";
  if (key === "verifies") return "true";
  return key === "status" ? "active" : "atok_1";
}

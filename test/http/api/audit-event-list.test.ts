import { beforeAll, expect, test } from "bun:test";
import { COMMAND_LINE } from "../../../src/tokens/audit/audit-event.ts";
import { isRefusal } from "../../../src/tokens/refusal.ts";
import { useTestApi } from "../../support/http/api.ts";
import { BARE_CHALLENGE } from "../../support/http/credentials.ts";
import { expectFailure, expectIssues } from "../../support/http/failures.ts";
import { loggedRequests } from "../../support/http/logged.ts";
import { AUDIT_EVENT_KEYS } from "../../support/http/resource.ts";
import { at } from "../../support/lists/listed.ts";

const api = useTestApi({ per: "file" });
/** The ids of tokens, by the names of the tests. */
const ids = new Map<string, string>();
/** Of a token for a service. */
let serviceSecret = "";
/** Publisher's own id of the request that rotated the service's token, as the log has it. */
let rotationRequest = "";

const START_MS = Date.parse("2026-06-01T12:00:00Z");
const TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";

/** The command line creates the write and the read token at noon. The API makes other changes from 12:01 on. */
beforeAll(async () => {
  for (const [name, secret] of [
    ["writer", api.write],
    ["reader", api.read],
  ] as const)
    ids.set(name, (await api.call("api-token/current", {}, secret)).json.id);
  const does = async (seconds: number, action: string, body: object) => {
    api.nowMs = START_MS + seconds * 1000;
    const headers = { traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-01` };
    return (await api.send(`/publisher.v1/api-token/${action}`, { body, headers })).json;
  };
  const created = await does(60, "create", { access: "read", audiences: ["wiki"], expires_at: at(9000) });
  ids.set("service", created.id);
  serviceSecret = created.token;
  await does(70, "update", { id: created.id, description: "for the wiki", expires_at: null });
  ids.set("next", (await does(80, "rotate", { id: created.id, overlap_seconds: 60 })).id);
  rotationRequest = String(loggedRequests(api).at(-1)?.request_id);
  api.nowMs = START_MS + 90_000;
  const revoked = await api.tokens.revoke(created.id, COMMAND_LINE);
  if (isRefusal(revoked)) throw new Error(JSON.stringify(revoked));
});

interface Listed {
  readonly id: string;
  readonly action: string;
  readonly target: string;
}

/** The action and the name of the token of each event. */
function words(events: readonly Listed[]): string {
  const names = new Map([...ids].map(([name, id]) => [id, name]));
  return events
    .map(({ action, target }) => `${action.replace("api-token.", "")} ${names.get(target)}`)
    .join(", ");
}

async function listed(body: object): Promise<readonly Listed[]> {
  const answer = await api.call("audit-event/list", body);
  expect(answer.status).toBe(200);
  return answer.json.data;
}

const ALL =
  "revoke service, rotate service, create next, update service, create service, create reader, create writer";
const BY_API = "rotate service, create next, update service, create service";
const AT_COMMAND_LINE = "revoke service, create reader, create writer";

const id = (name: string) => ids.get(name) ?? "";

test.each<[key: string, operation: () => object, events: string]>([
  ["target", () => ({ eq: id("next") }), "create next"],
  ["target", () => ({ in: [id("next"), id("reader")] }), "create next, create reader"],
  ["target", () => ({ nin: [id("service")] }), "create next, create reader, create writer"],
  ["actor", () => ({ eq: id("writer") }), BY_API],
  ["actor", () => ({ nin: [id("writer")] }), AT_COMMAND_LINE],
  ["actor", () => ({ exists: false }), AT_COMMAND_LINE],
  ["action", () => ({ eq: "api-token.update" }), "update service"],
  ["action", () => ({ in: ["api-token.rotate", "api-token.revoke"] }), "revoke service, rotate service"],
  ["at", () => ({ eq: at(80) }), "rotate service, create next"],
  ["at", () => ({ lt: at(60) }), "create reader, create writer"],
  ["at", () => ({ gt: "2026-06-01T14:01:20+02:00" }), "revoke service"],
  ["trace_id", () => ({ eq: TRACE_ID }), BY_API],
  ["trace_id", () => ({ exists: false }), AT_COMMAND_LINE],
  ["request_id", () => ({ eq: rotationRequest }), "rotate service, create next"],
  ["ip", () => ({ eq: "192.0.2.1" }), BY_API],
  ["ip", () => ({ exists: false }), AT_COMMAND_LINE],
  ["id", () => ({ exists: true }), ALL],
  ["id", () => ({ regex: { pattern: "^AEVT_", case_insensitive: true } }), ALL],
  ["id", () => ({ regex: { pattern: "^atok_" } }), ""],
])("events are filtered by %s: %s", async (key, operation, events) => {
  const filter = { key, ...operation() };
  expect(words(await listed({ filters: [filter] }))).toBe(events);
  expect(words(await listed({ filters: [filter, { key: "id", regex: { pattern: "." } }] }))).toBe(events);
});

test("events are filtered by groups of conditions, and not at all without", async () => {
  const [revoke, create] = ["revoke", "create"].map((name) => ({ key: "action", eq: `api-token.${name}` }));
  const created = { and: [create, { key: "actor", exists: true }] };
  const filtered = await listed({ filters: [{ or: [revoke, created] }] });
  expect(words(filtered)).toBe("revoke service, create next, create service");
  expect(words(await listed({}))).toBe(ALL);
  expect(words(await listed({ pagination: { skip: 5 } }))).toBe("create reader, create writer");
});

const OLDEST_FIRST = ALL.split(", ").toReversed().join(", ");

test.each<[sorts: readonly object[], events: string]>([
  [[{ key: "id" }], OLDEST_FIRST],
  [[{ key: "at" }], OLDEST_FIRST],
  [["at", "id"].map((key) => ({ key, direction: "desc" })), ALL],
  [
    [{ key: "action", direction: "desc" }],
    "update service, rotate service, revoke service, create writer, create reader, create service, create next",
  ],
  [[{ key: "actor" }, { key: "id", direction: "desc" }], `${BY_API}, ${AT_COMMAND_LINE}`],
  [
    [{ key: "target" }],
    "create writer, create reader, create service, update service, rotate service, revoke service, create next",
  ],
])("events are sorted by %j, in pages of any size", async (sorts, events) => {
  for (const limit of [1, 3, 7, 100]) {
    const found: Listed[] = [];
    for (let cursor: string | null = null, more = true; more; ) {
      const { json } = await api.call("audit-event/list", { sorts, pagination: { limit, cursor } });
      expect(json.page.page_size).toBe(json.data.length);
      found.push(...json.data);
      ({ cursor, more } = json.page);
    }
    expect(words(found)).toBe(events);
  }
});

async function change(action: string, target: string) {
  const filters = [
    { key: "action", eq: action },
    { key: "target", eq: id(target) },
  ];
  const [event] = (await api.call("audit-event/list", { filters })).json.data;
  expect(Object.keys(event)).toEqual(AUDIT_EVENT_KEYS);
  expect(event.id).toMatch(/^aevt_[0-9A-Za-z]{22}$/);
  return event;
}

test("an event has its actor and its origin, which are null for the command line", async () => {
  const created = { at: at(60), actor: id("writer"), target: id("service"), trace_id: TRACE_ID };
  expect(await change("api-token.create", "service")).toMatchObject({
    ...created,
    request_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    ip: "192.0.2.1",
  });
  const rotated = await change("api-token.rotate", "service");
  expect(rotated).toMatchObject({ trace_id: TRACE_ID, request_id: rotationRequest });
  expect(rotationRequest).not.toBe(TRACE_ID);
  const nobody = { actor: null, trace_id: null, request_id: null, ip: null };
  expect(await change("api-token.revoke", "service")).toMatchObject(nobody);
});

test("an event has the new values as the API writes them", async () => {
  const changes = async (action: string, target = "service") => (await change(action, target)).changes;
  const created = { access: "read", audiences: ["wiki"], description: null, expires_at: at(9000) };
  const updated = { description: "for the wiki", expires_at: null };
  expect(await changes("api-token.create")).toStrictEqual(created);
  expect(await changes("api-token.update")).toStrictEqual(updated);
  const rotated = { replaced_by: id("next"), expires_at: at(140) };
  expect(await changes("api-token.rotate")).toStrictEqual(rotated);
  const successor = { ...created, ...updated, replaces: id("service") };
  expect(await changes("api-token.create", "next")).toStrictEqual(successor);
  expect(await changes("api-token.revoke")).toStrictEqual({ revoked_at: at(90) });
});

test("a read token gets the same events", async () => {
  const [own, other] = [await api.call("audit-event/list"), await api.call("audit-event/list", {}, api.read)];
  expect(other.json).toStrictEqual(own.json);
});

test("a token for other services gets no events", async () => {
  const secret = (await api.call("api-token/create", { access: "write", audiences: ["wiki"] })).json.token;
  for (const token of [secret, serviceSecret]) {
    const { status, json } = await api.call("audit-event/list", {}, token);
    expect(status).toBe(token === secret ? 403 : 401);
    expect(json).not.toHaveProperty("data");
  }
  expectFailure(await api.call("audit-event/list", {}, secret), "authorization_error", {
    headers: {
      "www-authenticate": `${BARE_CHALLENGE}, error="insufficient_scope", error_description="The token is for other services"`,
    },
  });
});

test("no event has a secret in it", async () => {
  const { text } = await api.call("audit-event/list");
  expect(text).not.toContain("sk_live_");
  for (const secret of [api.write, api.read, serviceSecret]) expect(text).not.toContain(secret.slice(8, 51));
});

test("a cursor of one list is refused by the other", async () => {
  const message = "must be a cursor that this server gave for the same filters and sorts";
  const issues = [{ path: "pagination.cursor", message }];
  const lists = ["audit-event/list", "api-token/list"] as const;
  for (const [own, other] of [lists, lists.toReversed()]) {
    const { cursor } = (await api.call(own ?? "", { pagination: { limit: 1 } })).json.page;
    expect((await api.call(own ?? "", { pagination: { cursor } })).status).toBe(200);
    expectIssues(await api.call(other ?? "", { pagination: { cursor } }), issues);
  }
});

test("keys of tokens are refused", async () => {
  const SORTABLE = "must be one of id, at, action, actor, target";
  for (const key of ["created_at", "description", "changes", "trace_id", "ip", ""])
    expectIssues(await api.call("audit-event/list", { sorts: [{ key }] }), [
      { path: "sorts[0].key", message: SORTABLE },
    ]);
  for (const key of ["created_at", "description", "changes", "status", ""])
    expectIssues(await api.call("audit-event/list", { filters: [{ key, eq: "x" }] }), [
      { path: "filters[0].key", message: `${SORTABLE}, trace_id, request_id, ip` },
    ]);
  const tooMany = Array(6).fill({ key: "id" });
  expectIssues(await api.call("audit-event/list", { sorts: tooMany }), [
    { path: "sorts", message: "must name each key only once" },
  ]);
});

import { beforeAll, describe, expect, test } from "bun:test";
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

/** The write and the read token are made at noon, at the command line; a minute on comes what is told below. */
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

interface Told {
  readonly id: string;
  readonly action: string;
  readonly target: string;
}

/** What a list tells, an action and a token's name for each event. */
function words(events: readonly Told[]): string {
  const names = new Map([...ids].map(([name, id]) => [id, name]));
  return events
    .map(({ action, target }) => `${action.replace("api-token.", "")} ${names.get(target)}`)
    .join(", ");
}

async function listed(body: object): Promise<readonly Told[]> {
  const answer = await api.call("audit-event/list", body);
  expect(answer.status).toBe(200);
  return answer.json.data;
}

const ALL =
  "revoke service, rotate service, create next, update service, create service, create reader, create writer";
const BY_API = "rotate service, create next, update service, create service";
const AT_COMMAND_LINE = "revoke service, create reader, create writer";

const id = (name: string) => ids.get(name) ?? "";

const SCENARIOS: readonly (readonly [name: string, filter: () => object, told: string])[] = [
  ["target eq", () => ({ key: "target", eq: id("next") }), "create next"],
  ["target in", () => ({ key: "target", in: [id("next"), id("reader")] }), "create next, create reader"],
  [
    "target nin",
    () => ({ key: "target", nin: [id("service")] }),
    "create next, create reader, create writer",
  ],
  ["target of no token", () => ({ key: "target", eq: "atok_0" }), ""],
  ["actor eq", () => ({ key: "actor", eq: id("writer") }), BY_API],
  ["actor nin, null included", () => ({ key: "actor", nin: [id("writer")] }), AT_COMMAND_LINE],
  ["actor null", () => ({ key: "actor", exists: false }), AT_COMMAND_LINE],
  ["action eq", () => ({ key: "action", eq: "api-token.update" }), "update service"],
  [
    "action in",
    () => ({ key: "action", in: ["api-token.rotate", "api-token.revoke"] }),
    "revoke service, rotate service",
  ],
  [
    "action nin",
    () => ({ key: "action", nin: ["api-token.create", "api-token.revoke"] }),
    "rotate service, update service",
  ],
  ["at eq", () => ({ key: "at", eq: at(80) }), "rotate service, create next"],
  ["at lt", () => ({ key: "at", lt: at(60) }), "create reader, create writer"],
  ["at gt, with an offset", () => ({ key: "at", gt: "2026-06-01T14:01:20+02:00" }), "revoke service"],
  ["trace_id eq", () => ({ key: "trace_id", eq: TRACE_ID }), BY_API],
  ["trace_id null", () => ({ key: "trace_id", exists: false }), AT_COMMAND_LINE],
  ["request_id eq", () => ({ key: "request_id", eq: rotationRequest }), "rotate service, create next"],
  ["request_id null", () => ({ key: "request_id", exists: false }), AT_COMMAND_LINE],
  ["ip eq", () => ({ key: "ip", eq: "192.0.2.1" }), BY_API],
  ["ip eq of another", () => ({ key: "ip", eq: "192.0.2.2" }), ""],
  ["ip null", () => ({ key: "ip", exists: false }), AT_COMMAND_LINE],
  ["id exists", () => ({ key: "id", exists: true }), ALL],
  ["id by pattern", () => ({ key: "id", regex: { pattern: "^AEVT_", case_insensitive: true } }), ALL],
  ["id by another pattern", () => ({ key: "id", regex: { pattern: "^atok_" } }), ""],
  [
    "or, and",
    () => ({
      or: [
        { key: "action", eq: "api-token.revoke" },
        {
          and: [
            { key: "action", eq: "api-token.create" },
            { key: "actor", exists: true },
          ],
        },
      ],
    }),
    "revoke service, create next, create service",
  ],
];

describe("events are filtered, newest first:", () => {
  for (const [name, filter, told] of SCENARIOS) {
    test(name, async () => {
      const matched = { key: "id", regex: { pattern: "." } };
      expect(words(await listed({ filters: [filter()] }))).toBe(told);
      expect(words(await listed({ filters: [filter(), matched] }))).toBe(told);
    });
  }

  test("not at all without filters", async () => {
    expect(words(await listed({}))).toBe(ALL);
    const all = await listed({});
    const [newest] = all;
    expect(await listed({ filters: [{ key: "id", in: [newest?.id, "aevt_0"] }] })).toEqual(all.slice(0, 1));
  });
});

describe("events are sorted and come in pages:", () => {
  const OLDEST_FIRST = ALL.split(", ").toReversed().join(", ");
  const SORTS: readonly (readonly [sorts: readonly object[], told: string])[] = [
    [[{ key: "id" }], OLDEST_FIRST],
    [[{ key: "at" }], OLDEST_FIRST],
    [
      [
        { key: "at", direction: "desc" },
        { key: "id", direction: "desc" },
      ],
      ALL,
    ],
    [
      [{ key: "action", direction: "desc" }],
      "update service, rotate service, revoke service, create writer, create reader, create service, create next",
    ],
    [[{ key: "actor" }, { key: "id", direction: "desc" }], `${BY_API}, ${AT_COMMAND_LINE}`],
    [
      [{ key: "target" }],
      "create writer, create reader, create service, update service, rotate service, revoke service, create next",
    ],
  ];
  for (const [sorts, told] of SORTS) {
    for (const limit of [1, 3, 7, 100]) {
      test(`${JSON.stringify(sorts)}, ${limit} at a time`, async () => {
        const found: Told[] = [];
        for (let cursor: string | null = null, more = true; more; ) {
          const { json } = await api.call("audit-event/list", { sorts, pagination: { limit, cursor } });
          expect(json.page.page_size).toBe(json.data.length);
          found.push(...json.data);
          ({ cursor, more } = json.page);
        }
        expect(words(found)).toBe(told);
      });
    }
  }

  test("from further on", async () => {
    expect(words(await listed({ pagination: { skip: 5 } }))).toBe("create reader, create writer");
  });
});

describe("an event tells", () => {
  const change = async (action: string, target: string) => {
    const filters = [
      { key: "action", eq: action },
      { key: "target", eq: id(target) },
    ];
    const [event] = (await api.call("audit-event/list", { filters })).json.data;
    expect(Object.keys(event)).toEqual(AUDIT_EVENT_KEYS);
    expect(event.id).toMatch(/^aevt_[0-9A-Za-z]{22}$/);
    return event;
  };

  test("who did what, when and from where, and the new values as the API writes them", async () => {
    expect(await change("api-token.create", "service")).toMatchObject({
      at: at(60),
      action: "api-token.create",
      actor: id("writer"),
      target: id("service"),
      trace_id: TRACE_ID,
      request_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      ip: "192.0.2.1",
    });
    const rotated = await change("api-token.rotate", "service");
    expect(rotated).toMatchObject({ trace_id: TRACE_ID, request_id: rotationRequest });
    expect(rotationRequest).not.toBe(TRACE_ID);
    const changes = async (action: string, target: string) => (await change(action, target)).changes;
    expect(await changes("api-token.create", "service")).toStrictEqual({
      access: "read",
      audiences: ["wiki"],
      description: null,
      expires_at: at(9000),
    });
    expect(await changes("api-token.update", "service")).toStrictEqual({
      description: "for the wiki",
      expires_at: null,
    });
    expect(await changes("api-token.rotate", "service")).toStrictEqual({
      replaced_by: id("next"),
      expires_at: at(140),
    });
    expect(await changes("api-token.create", "next")).toStrictEqual({
      access: "read",
      audiences: ["wiki"],
      description: "for the wiki",
      expires_at: null,
      replaces: id("service"),
    });
    expect(await changes("api-token.revoke", "service")).toStrictEqual({ revoked_at: at(90) });
  });

  test("of the command line that nobody's token was behind it", async () => {
    expect(await change("api-token.revoke", "service")).toMatchObject({
      actor: null,
      trace_id: null,
      request_id: null,
      ip: null,
    });
  });
});

describe("the list of events", () => {
  test("is for read tokens too, and the same", async () => {
    const [own, other] = [
      await api.call("audit-event/list"),
      await api.call("audit-event/list", {}, api.read),
    ];
    expect(other.json).toStrictEqual(own.json);
  });

  test("is not for tokens of other services", async () => {
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

  test("has no secret in it", async () => {
    const { text } = await api.call("audit-event/list");
    expect(text).not.toContain("sk_live_");
    for (const secret of [api.write, api.read, serviceSecret])
      expect(text).not.toContain(secret.slice(8, 51));
  });

  test("takes no cursor of a list of tokens, nor gives one that such a list takes", async () => {
    const issues = [
      {
        path: "pagination.cursor",
        message: "must be a cursor that this server gave for the same filters and sorts",
      },
    ];
    const lists = ["audit-event/list", "api-token/list"] as const;
    for (const [own, other] of [lists, lists.toReversed()]) {
      const { cursor } = (await api.call(own ?? "", { pagination: { limit: 1 } })).json.page;
      expect((await api.call(own ?? "", { pagination: { cursor } })).status).toBe(200);
      expectIssues(await api.call(other ?? "", { pagination: { cursor } }), issues);
    }
  });

  test("knows its own keys and no others", async () => {
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
});

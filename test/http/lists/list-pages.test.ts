import { beforeAll, describe, expect, test } from "bun:test";
import { COMMAND_LINE } from "../../../src/tokens/audit/audit-event.ts";
import { TestApi, useTestApi } from "../../support/http/api.ts";
import { expectIssues } from "../../support/http/failures.ts";

/** How many tokens there are: one page of the greatest size, and three more. */
const COUNT = 1003;

/** Each of them is brought to disk, however slow that is. */
const PATIENCE = { timeout: 60_000 };

const api = useTestApi({ per: "file" });
/** Every id, the newest first. */
let ids: readonly string[];

beforeAll(async () => {
  for (let count = 2; count < COUNT; count += 1)
    await api.tokens.create(
      { access: "read", audiences: null, description: null, expiresAt: null },
      COMMAND_LINE,
    );
  const first = (await page({ limit: 1000 })).data;
  const rest = (await page({ limit: 1000, skip: 1000 })).data;
  ids = [...first, ...rest].map(({ id }) => id);
}, PATIENCE);

interface ListAnswer {
  readonly data: readonly { readonly id: string }[];
  readonly page: { readonly page_size: number; readonly cursor: string | null; readonly more: boolean };
}

async function page(pagination: object, rest: object = {}): Promise<ListAnswer> {
  const answer = await api.call("api-token/list", { pagination, ...rest });
  expect(answer.status).toBe(200);
  expect(Object.keys(answer.json)).toEqual(["data", "page"]);
  expect(Object.keys(answer.json.page)).toEqual(["page_size", "cursor", "more"]);
  return answer.json;
}

test("every token is there once, the newest first", () => {
  expect(new Set(ids).size).toBe(COUNT);
  expect(ids.toSorted().toReversed()).toEqual([...ids]);
});

test.each<[pagination: object, from: number, to: number]>([
  [{}, 0, 500],
  [{ limit: 1 }, 0, 1],
  [{ limit: 1000 }, 0, 1000],
  [{ limit: 1001 }, 0, 1000],
  [{ limit: 1e300 }, 0, 1000],
  [{ cursor: null }, 0, 500],
  [{ skip: 3, limit: 1000 }, 3, 1003],
  [{ skip: 503 }, 503, 1003],
  [{ skip: 504 }, 504, 1003],
  [{ skip: 1002, limit: 1 }, 1002, 1003],
  [{ skip: 1003 }, 1003, 1003],
  [{ skip: 1_000_000 }, 1003, 1003],
])("the page of %j has the tokens from %i to %i", async (pagination, from, to) => {
  for (const filters of [[], [{ key: "id", regex: { pattern: "^atok_" } }]]) {
    const answer = await page(pagination, { filters });
    expect(answer.data.map(({ id }) => id)).toEqual(ids.slice(from, to));
    expect(answer.page).toMatchObject({ page_size: to - from, more: to < COUNT });
    expect(answer.page.cursor).toEqual(to < COUNT ? expect.stringMatching(/^[\w-]{20,}$/) : null);
  }
});

/** Every id that a walk visits, in its order. `between` runs after each page. */
async function walk(limit: number, rest: object, between: () => Promise<void> = async () => {}) {
  const visited: string[] = [];
  let cursor: string | null = null;
  do {
    const answer: ListAnswer = await page({ limit, cursor }, rest);
    visited.push(...answer.data.map(({ id }) => id));
    cursor = answer.page.cursor;
    await between();
  } while (cursor !== null);
  return visited;
}

test.each([100, 334, 501, 1002, 1003])("a walk in pages of %i visits every token once", async (limit) => {
  expect(await walk(limit, {})).toEqual([...ids]);
});

test("a walk may change the size of its pages, and goes on after a restart", async () => {
  const first = await page({ limit: 10 });
  const second = await page({ limit: 20, cursor: first.page.cursor });
  api.restart();
  const third = await page({ cursor: second.page.cursor });
  expect([...first.data, ...second.data, ...third.data].map(({ id }) => id)).toEqual(ids.slice(0, 530));
});

describe("a cursor is refused", () => {
  const SORTS = [{ key: "access", direction: "desc" }];
  const FILTERS = [{ key: "access", eq: "read" }];
  const OWN = { filters: FILTERS, sorts: SORTS };
  let cursor: string;

  beforeAll(async () => {
    cursor = (await page({ limit: 5 }, OWN)).page.cursor ?? "";
  });

  async function refuses(altered: string, rest: object = OWN): Promise<void> {
    const answer = await api.call("api-token/list", { pagination: { cursor: altered }, ...rest });
    const message = "must be a cursor that this server gave for the same filters and sorts";
    expectIssues(answer, [{ path: "pagination.cursor", message }], altered);
  }

  test("with a changed character, cut short, longer, padded or in another spelling", async () => {
    await page({ cursor }, OWN);
    for (let index = 0; index < cursor.length; index += 1) {
      const other = cursor[index] === "A" ? "B" : "A";
      await refuses(cursor.slice(0, index) + other + cursor.slice(index + 1));
      await refuses(cursor.slice(0, index));
    }
    for (const altered of [`${cursor}A`, `${cursor}=`, ` ${cursor}`, `${cursor}\n`, cursor.toUpperCase()])
      await refuses(altered);
    await refuses(`${cursor.slice(0, 8)}.${cursor.slice(8)}`);
  });

  test("if the text never was a cursor", async () => {
    for (const text of ["x", "null", "[]", ids[0] ?? "", btoa('["atok_0"]'), "😀", "A".repeat(10_000)])
      await refuses(text);
  });

  test("with other filters or sorts", async () => {
    for (const rest of [
      {},
      { filters: FILTERS },
      { sorts: SORTS },
      { filters: [{ key: "access", in: ["read"] }], sorts: SORTS },
      { filters: [...FILTERS, ...FILTERS], sorts: SORTS },
      { filters: FILTERS, sorts: [{ key: "access" }] },
      { filters: FILTERS, sorts: [...SORTS, { key: "id" }] },
    ])
      await refuses(cursor, rest);
    const by = (pattern: string, case_insensitive: boolean) => ({
      filters: [{ key: "id", regex: { pattern, case_insensitive } }],
    });
    const { cursor: own } = (await page({ limit: 5 }, by("atok", false))).page;
    await page({ cursor: own }, by("atok", false));
    for (const rest of [by("ato", false), by("atok", true)]) await refuses(own ?? "", rest);
  });

  test("if it is that of another store", async () => {
    await using other = await TestApi.start();
    const { json } = await other.call("api-token/list", { pagination: { limit: 1 } });
    await refuses(json.page.cursor, {});
  });
});

test("creations and revocations during a walk move no other token", async () => {
  const changed = new Set<string>();
  const between = async () => {
    const { id } = (await api.call("api-token/create", { access: "read" })).json;
    const victim = ids[changed.size * 7 + 3] ?? "";
    await api.call("api-token/revoke", { id: victim });
    changed.add(id).add(victim);
  };
  const sorts = [{ key: "access" }, { key: "created_at", direction: "desc" }];
  const visited = await walk(100, { sorts }, between);
  expect(new Set(visited).size).toBe(visited.length);
  const stayed = ids.filter((id) => !changed.has(id));
  expect(visited.filter((id) => !changed.has(id)).toSorted()).toEqual(stayed.toSorted());
});

import { beforeAll, expect, test } from "bun:test";
import { useTestApi } from "../../support/http/api.ts";

const api = useTestApi({ per: "file" });
const ids = new Map<string, string>();

/** Two tokens for Publisher itself, and for services `both`, `wiki`, `old` and `next`, which replaced `old`. */
beforeAll(async () => {
  const create = async (name: string, audiences: readonly string[]) =>
    ids.set(name, (await api.call("api-token/create", { access: "read", audiences })).json.id);
  await create("both", ["wiki", "git"]);
  await create("wiki", ["wiki"]);
  await create("old", ["wikis", "mail-2"]);
  ids.set("next", (await api.call("api-token/rotate", { id: ids.get("old") })).json.id);
});

const OWN = "own own";

/** Filters by `audiences` and by `replaced_by`, with the tokens that fulfil them. */
const AUDIENCES: readonly (readonly [operation: object, names: string])[] = [
  [{ eq: "wiki" }, "wiki both"],
  [{ eq: "wik" }, ""],
  [{ in: ["git", "mail-2", "none"] }, "next old both"],
  [{ nin: ["wiki"] }, `next old ${OWN}`],
  [{ nin: ["wiki", "wikis"] }, OWN],
  [{ exists: true }, "next old wiki both"],
  [{ exists: false }, OWN],
];
const REPLACED_BY: typeof AUDIENCES = [
  [{ eq: "next" }, "old"],
  [{ eq: "atok_0" }, ""],
  [{ in: ["atok_0", "next"] }, "old"],
  [{ nin: ["next"] }, `next wiki both ${OWN}`],
  [{ exists: true }, "old"],
  [{ exists: false }, `next wiki both ${OWN}`],
];

test.each([
  ...AUDIENCES.map(([operation, names]) => ["audiences", operation, names] as const),
  ...REPLACED_BY.map(([operation, names]) => ["replaced_by", operation, names] as const),
])("%s %j", async (key, operation, names) => {
  const filter = { key, ...JSON.parse(JSON.stringify(operation).replace('"next"', `"${ids.get("next")}"`)) };
  expect(await listed({ filters: [filter] })).toBe(names);
  expect(await listed({ filters: [filter, { key: "id", regex: { pattern: "^atok_" } }] })).toBe(names);
});

test("a token must have every audience of an and", async () => {
  const both = ["wiki", "git"].map((audience) => ({ key: "audiences", eq: audience }));
  expect(await listed({ filters: [{ and: both }] })).toBe("both");
});

test("replaced tokens come first when sorted by replaced_by", async () => {
  expect(await listed({ sorts: [{ key: "replaced_by" }] })).toBe(`old ${OWN} both wiki next`);
  const page = { sorts: [{ key: "replaced_by" }], pagination: { limit: 1 } };
  const { cursor } = (await api.call("api-token/list", page)).json.page;
  expect(await listed({ ...page, pagination: { cursor } })).toBe(`${OWN} both wiki next`);
});

/** The names of the tokens in a list; of those that have none, `own`. */
async function listed(body: object): Promise<string> {
  const { json } = await api.call("api-token/list", body);
  const names = new Map([...ids].map(([name, id]) => [id, name]));
  return json.data.map(({ id }: { id: string }) => names.get(id) ?? "own").join(" ");
}

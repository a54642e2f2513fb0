import { beforeAll, describe, expect, test } from "bun:test";
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

type Filter = object | (() => object);

const SCENARIOS: readonly (readonly [filter: Filter, names: string])[] = [
  [{ key: "audiences", eq: "wiki" }, "wiki both"],
  [{ key: "audiences", eq: "git" }, "both"],
  [{ key: "audiences", eq: "wik" }, ""],
  [{ key: "audiences", in: ["git", "mail-2", "none"] }, "next old both"],
  [{ key: "audiences", in: ["none"] }, ""],
  [{ key: "audiences", nin: ["wiki"] }, `next old ${OWN}`],
  [{ key: "audiences", nin: ["wiki", "wikis"] }, OWN],
  [{ key: "audiences", nin: ["none"] }, `next old wiki both ${OWN}`],
  [{ key: "audiences", exists: true }, "next old wiki both"],
  [{ key: "audiences", exists: false }, OWN],
  [
    {
      and: [
        { key: "audiences", eq: "wiki" },
        { key: "audiences", eq: "git" },
      ],
    },
    "both",
  ],
  [() => ({ key: "replaced_by", eq: ids.get("next") }), "old"],
  [() => ({ key: "replaced_by", in: ["atok_0", ids.get("next")] }), "old"],
  [() => ({ key: "replaced_by", nin: [ids.get("next")] }), `next wiki both ${OWN}`],
  [{ key: "replaced_by", exists: true }, "old"],
  [{ key: "replaced_by", exists: false }, `next wiki both ${OWN}`],
  [{ key: "replaced_by", eq: "atok_0" }, ""],
];

describe("tokens are listed by what they are for and what replaced them:", () => {
  for (const [filter, names] of SCENARIOS) {
    test(typeof filter === "function" ? String(filter) : JSON.stringify(filter), async () => {
      const asked = typeof filter === "function" ? filter() : filter;
      expect(await listed({ filters: [asked] })).toBe(names);
      const matched = { key: "id", regex: { pattern: "^atok_" } };
      expect(await listed({ filters: [asked, matched] })).toBe(names);
    });
  }

  test("those that were replaced come first when sorted by that", async () => {
    expect(await listed({ sorts: [{ key: "replaced_by" }] })).toBe(`old ${OWN} both wiki next`);
    const page = { sorts: [{ key: "replaced_by" }], pagination: { limit: 1 } };
    const { cursor } = (await api.call("api-token/list", page)).json.page;
    expect(await listed({ ...page, pagination: { cursor } })).toBe(`${OWN} both wiki next`);
  });
});

/** The names of the tokens in a list; of those that have none, `own`. */
async function listed(body: object): Promise<string> {
  const { json } = await api.call("api-token/list", body);
  const names = new Map([...ids].map(([name, id]) => [id, name]));
  return json.data.map(({ id }: { id: string }) => names.get(id) ?? "own").join(" ");
}

import { beforeAll, expect, test } from "bun:test";
import { useTestApi } from "../../support/http/api.ts";
import { ListedTokens } from "../../support/lists/listed.ts";

const api = useTestApi({ per: "file" });
let tokens: ListedTokens;

beforeAll(async () => {
  tokens = await ListedTokens.make(api);
});

const BY_ID = "first second bare deploy old gone both";
const NEWEST_FIRST = "both gone old deploy bare second first";

/** Sorts as `access desc, id`, and the names of the tokens in that order: nulls last, ties by id. */
const SCENARIOS = {
  "": NEWEST_FIRST,
  id: BY_ID,
  "id desc": NEWEST_FIRST,
  access: "second bare old gone first deploy both",
  "access desc": "first deploy both second bare old gone",
  "description asc": "deploy second first gone old bare both",
  "description desc": "old gone first second deploy bare both",
  created_at: BY_ID,
  "created_at desc": "both gone old deploy bare first second",
  expires_at: "old both deploy first second bare gone",
  "expires_at desc": "deploy both old first second bare gone",
  revoked_at: "gone both first second bare deploy old",
  "revoked_at desc": "both gone first second bare deploy old",
  last_used_at: "second first bare deploy old gone both",
  "last_used_at desc": BY_ID,
  "access desc, created_at desc": "both deploy first gone old bare second",
  "access, description desc": "old gone second bare first deploy both",
  "last_used_at, id desc": "second first both gone old deploy bare",
  "created_at desc, id desc": NEWEST_FIRST,
  "id, access desc": BY_ID,
  "access, revoked_at, expires_at, last_used_at, description, created_at, id":
    "gone old second bare both deploy first",
};

function sortsOf(text: string): readonly object[] {
  return text
    .split(", ")
    .filter((sort) => sort !== "")
    .map((sort) => {
      const [key, direction] = sort.split(" ");
      return direction === undefined ? { key } : { key, direction };
    });
}

/** Filters that every token fulfils. The store finds the tokens by its columns, or reads every row. */
const EVERYTHING = [{ key: "id", exists: true }];
const EVERY_ID = [{ key: "id", regex: { pattern: "." } }];

test.each(Object.entries(SCENARIOS))(
  "a list is sorted by '%s', in one page and in several",
  async (sorts, names) => {
    for (const filters of [EVERYTHING, EVERY_ID])
      for (const limit of [1, 2, 3, 500])
        expect((await walk(filters, sortsOf(sorts), limit)).join(" ")).toBe(names);
  },
);

/** The names in every page, one after the other. */
async function walk(filters: object, sorts: object, limit: number): Promise<readonly string[]> {
  const names: string[] = [];
  let cursor: string | null = null;
  do {
    const { json } = await api.call("api-token/list", { filters, sorts, pagination: { limit, cursor } });
    expect(json.page.page_size).toBe(json.data.length);
    expect(json.page.page_size).toBe(Math.min(limit, 7 - names.length));
    expect(json.page.more).toBe(json.page.cursor !== null);
    names.push(...tokens.namesIn(json));
    cursor = json.page.cursor;
  } while (cursor !== null);
  return names;
}

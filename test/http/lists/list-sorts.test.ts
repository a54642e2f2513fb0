import { beforeAll, describe, expect, test } from "bun:test";
import { useTestApi } from "../../support/http/api.ts";
import { ListedTokens } from "../../support/lists/listed.ts";

const api = useTestApi({ per: "file" });
let tokens: ListedTokens;

beforeAll(async () => {
  tokens = await ListedTokens.make(api);
});

interface SortParameter {
  readonly key: string;
  readonly direction?: string;
}

const BY_ID = "first second bare deploy old gone both";
const NEWEST_FIRST = "both gone old deploy bare second first";

const SCENARIOS: readonly (readonly [sorts: readonly SortParameter[], names: string])[] = [
  [[], NEWEST_FIRST],
  [[{ key: "id" }], BY_ID],
  [[{ key: "id", direction: "desc" }], NEWEST_FIRST],
  [[{ key: "access" }], "second bare old gone first deploy both"],
  [[{ key: "access", direction: "desc" }], "first deploy both second bare old gone"],
  [[{ key: "description", direction: "asc" }], "deploy second first gone old bare both"],
  [[{ key: "description", direction: "desc" }], "old gone first second deploy bare both"],
  [[{ key: "created_at" }], BY_ID],
  [[{ key: "created_at", direction: "desc" }], "both gone old deploy bare first second"],
  [[{ key: "expires_at" }], "old both deploy first second bare gone"],
  [[{ key: "expires_at", direction: "desc" }], "deploy both old first second bare gone"],
  [[{ key: "revoked_at" }], "gone both first second bare deploy old"],
  [[{ key: "revoked_at", direction: "desc" }], "both gone first second bare deploy old"],
  [[{ key: "last_used_at" }], "second first bare deploy old gone both"],
  [[{ key: "last_used_at", direction: "desc" }], BY_ID],
  [
    [
      { key: "access", direction: "desc" },
      { key: "created_at", direction: "desc" },
    ],
    "both deploy first gone old bare second",
  ],
  [[{ key: "access" }, { key: "description", direction: "desc" }], "old gone second bare first deploy both"],
  [[{ key: "last_used_at" }, { key: "id", direction: "desc" }], "second first both gone old deploy bare"],
  [
    [
      { key: "created_at", direction: "desc" },
      { key: "id", direction: "desc" },
    ],
    NEWEST_FIRST,
  ],
  [[{ key: "id" }, { key: "access", direction: "desc" }], BY_ID],
  [
    ["access", "revoked_at", "expires_at", "last_used_at", "description", "created_at", "id"].map((key) => ({
      key,
    })),
    "gone old second bare both deploy first",
  ],
];

const EVERYTHING = [{ key: "id", exists: true }];
/** Fulfilled by every token as well, and found by another way through the store. */
const EVERY_ID = [{ key: "id", regex: { pattern: "." } }];

for (const [way, filters] of [
  ["by its columns", EVERYTHING],
  ["by a pattern", EVERY_ID],
] as const) {
  describe(`a list that is selected ${way} is in the order asked for, nulls last, equals by id:`, () => {
    for (const [sorts, names] of SCENARIOS) {
      const label = sorts.map(({ key, direction = "" }) => `${key} ${direction}`.trim()).join(", ");
      test(label || "no sorts", async () => {
        expect((await tokens.names({ filters, sorts })).join(" ")).toBe(names);
      });

      for (const limit of [1, 2, 3]) {
        test(`${label || "no sorts"}, in pages of ${limit}`, async () => {
          expect((await walk(filters, sorts, limit)).join(" ")).toBe(names);
        });
      }
    }
  });
}

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

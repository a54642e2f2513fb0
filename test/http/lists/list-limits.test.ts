import { expect, test } from "bun:test";
import { useTestApi } from "../../support/http/api.ts";
import { expectIssues } from "../../support/http/failures.ts";

const api = useTestApi({ per: "file" });

const LEAF = { key: "access", eq: "read" };
const leaves = (count: number): readonly object[] => Array(count).fill(LEAF);
const nested = (depth: number, op: "and" | "or"): object =>
  depth === 1 ? LEAF : { [op]: [nested(depth - 1, op)] };

test.each(["and", "or"] as const)("%s may be 8 deep, not 9", async (op) => {
  const fine = await api.call("api-token/list", { filters: [nested(8, op)] });
  expect(fine.json.data).toHaveLength(1);
  const path = `filters[0]${`.${op}[0]`.repeat(8)}`;
  for (const depth of [9, 14])
    expectIssues(await api.call("api-token/list", { filters: [nested(depth, op)] }), [
      { path, message: "must not be nested deeper than 8" },
    ]);
});

test("a body of thousands of levels is a 400 before anything walks it", async () => {
  const body = `{"filters":[${'{"and":['.repeat(4000)}${"]}".repeat(4000)}]}`;
  const answer = await api.send("/publisher.v1/api-token/list", { body });
  expectIssues(answer, [{ path: "", message: "must not be nested deeper than 32 levels" }]);
});

test("a list takes 64 conditions, with and and or counted, and no more", async () => {
  for (const filters of [leaves(64), [{ or: leaves(63) }], [{ and: leaves(31) }, { or: leaves(31) }]]) {
    const answer = await api.call("api-token/list", { filters });
    expect([answer.status, answer.json.data.length]).toEqual([200, 1]);
  }
  const last = await api.call("api-token/list", { filters: [...leaves(63), { key: "access", eq: "write" }] });
  expect(last.json.data).toEqual([]);
  const grouped = [[{ or: leaves(64) }], [{ and: leaves(31) }, { or: leaves(32) }]];
  for (const filters of [leaves(65), leaves(1000), ...grouped, [...leaves(64), {}]])
    expectIssues(await api.call("api-token/list", { filters }), [
      { path: "filters", message: "must have at most 64 conditions" },
    ]);
});

import { describe, expect, test } from "bun:test";
import { useTestApi } from "../../support/http/api.ts";
import { expectIssues } from "../../support/http/failures.ts";

const api = useTestApi({ per: "file" });

describe("limits of filters:", () => {
  const LEAF = { key: "access", eq: "read" };
  const nested = (depth: number, op: "and" | "or"): object =>
    depth === 1 ? LEAF : { [op]: [nested(depth - 1, op)] };

  for (const op of ["and", "or"] as const) {
    test(`8 deep is fine, 9 is not (${op})`, async () => {
      const fine = await api.call("api-token/list", { filters: [nested(8, op)] });
      expect(fine.json.data).toHaveLength(1);
      const path = `filters[0]${`.${op}[0]`.repeat(8)}`;
      const issues = [{ path, message: "must not be nested deeper than 8" }];
      expectIssues(await api.call("api-token/list", { filters: [nested(9, op)] }), issues);
      expectIssues(await api.call("api-token/list", { filters: [nested(14, op)] }), issues);
    });
  }

  test("far too deep is a 400 before anything walks it", async () => {
    const body = `{"filters":[${'{"and":['.repeat(4000)}${"]}".repeat(4000)}]}`;
    const answer = await api.send("/publisher.v1/api-token/list", { body });
    expectIssues(answer, [{ path: "", message: "must not be nested deeper than 32 levels" }]);
  });

  const FINE: readonly (readonly object[])[] = [
    Array.from({ length: 64 }, () => LEAF),
    [{ or: Array.from({ length: 63 }, () => LEAF) }],
    [{ and: Array.from({ length: 31 }, () => LEAF) }, { or: Array.from({ length: 31 }, () => LEAF) }],
  ];
  const TOO_MANY: readonly (readonly object[])[] = [
    Array.from({ length: 65 }, () => LEAF),
    Array.from({ length: 1000 }, () => LEAF),
    [{ or: Array.from({ length: 64 }, () => LEAF) }],
    [{ and: Array.from({ length: 31 }, () => LEAF) }, { or: Array.from({ length: 32 }, () => LEAF) }],
    [...Array.from({ length: 64 }, () => LEAF), {}],
  ];

  test("64 conditions are fine, and and or counted", async () => {
    for (const filters of FINE) {
      const answer = await api.call("api-token/list", { filters });
      expect(answer.status).toBe(200);
      expect(answer.json.data).toHaveLength(1);
    }
  });

  test("65 are not", async () => {
    const issues = [{ path: "filters", message: "must have at most 64 conditions" }];
    for (const filters of TOO_MANY) expectIssues(await api.call("api-token/list", { filters }), issues);
  });
});

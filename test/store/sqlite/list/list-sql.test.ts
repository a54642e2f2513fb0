import { describe, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import type { Condition, Sort } from "../../../../src/tokens/listing/listing.ts";
import type { Token } from "../../../../src/tokens/token.ts";
import {
  conditions,
  eventConditions,
  eventSet,
  eventSorts,
  moment,
  sorts,
  tokenSet,
} from "../../../support/lists/arbitraries.ts";
import { AUDIT_EVENT_MODEL, expectedList, TOKEN_MODEL } from "../../../support/lists/listing-model.ts";
import { walk } from "../../../support/lists/walk.ts";
import { tokenOf } from "../../../support/new-token.ts";
import { TEST_LIMIT_MS } from "../../../support/patience.ts";
import { EVERYTHING, outcomeOf, TestStore } from "../../../support/store/store.ts";
import { useStore } from "../../../support/store/use.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const context = useStore();

const limit = fc.integer({ min: 1, max: 8 });
const now = moment;

test("pages walked by cursor are the list that the contract tells, each token once", async () => {
  await fc.assert(
    fc.asyncProperty(tokenSet, conditions, sorts, limit, now, async (held, conditions, sorts, limit, now) => {
      context.clock.set(now);
      context.hold(held);
      const walked = await walk(context.tokens, { conditions, sorts, limit });
      expect(walked.flat()).toEqual([...expectedList(TOKEN_MODEL, held, conditions, sorts, now)]);
      for (const page of walked.slice(0, -1)) expect(page).toHaveLength(limit);
      expect(walked.at(-1)?.length).toBeLessThanOrEqual(limit);
    }),
    { numRuns: 400 },
  );
});

test("so it is with audit events", async () => {
  await fc.assert(
    fc.asyncProperty(eventSet, eventConditions, eventSorts, limit, async (held, conditions, sorts, limit) => {
      context.holdEvents(held);
      const walked = await walk(context.auditTrail, { conditions, sorts, limit });
      expect(walked.flat()).toEqual([...expectedList(AUDIT_EVENT_MODEL, held, conditions, sorts, 0)]);
      for (const page of walked.slice(0, -1)) expect(page).toHaveLength(limit);
    }),
    { numRuns: 200 },
  );
});

test("a list may begin further on", async () => {
  const skip = fc.integer({ min: 0, max: 30 });
  await fc.assert(
    fc.asyncProperty(
      tokenSet,
      conditions,
      sorts,
      limit,
      skip,
      async (held, conditions, sorts, limit, skip) => {
        context.hold(held);
        const { rows, cursor } = outcomeOf(
          await context.tokens.list({ conditions, sorts, limit, skip, cursor: null }),
        );
        const all = expectedList(TOKEN_MODEL, held, conditions, sorts, context.clock.now);
        expect(rows).toEqual(all.slice(skip, skip + limit));
        expect(cursor === null).toBe(skip + limit >= all.length);
      },
    ),
    { numRuns: 200 },
  );
});

const numbered = (end: string, values: Partial<Token> = {}) =>
  tokenOf(`atok_0000000000000000000${end}`, values);

describe("the order", () => {
  const order = async (held: readonly Token[], sorts: readonly Sort[]) => {
    using context = new TestStore();
    context.hold(held);
    const walked = await walk(context.tokens, { conditions: [], sorts, limit: 2 });
    return walked
      .flat()
      .map(({ id }) => id.at(-1))
      .join("");
  };

  test("is the newest first where none is asked for", async () => {
    expect(await order([numbered("a"), numbered("b"), numbered("c")], [])).toBe("cba");
  });

  test("has nulls last in both directions, and what is equal by its id", async () => {
    const held = [
      numbered("a"),
      numbered("b", { expiresAt: 2 ** 40 }),
      numbered("c", { expiresAt: 2 ** 33 }),
      numbered("d"),
      numbered("e", { expiresAt: 2 ** 33 }),
    ];
    expect(await order(held, [{ key: "expires_at", direction: "asc" }])).toBe("cebad");
    expect(await order(held, [{ key: "expires_at", direction: "desc" }])).toBe("bcead");
  });

  test("of descriptions is that of their code points, not of UTF-16, a language or a number", async () => {
    const held = ["", "10", "9", "B", "a", "b", "é", "\uffee", "😀"].map((description, index) =>
      numbered(String(index), { description }),
    );
    expect(await order(held, [{ key: "description", direction: "asc" }])).toBe("012345678");
    expect(await order(held, [{ key: "description", direction: "desc" }])).toBe("876543210");
  });

  test("goes by the first sort, then by the second", async () => {
    const held = [
      numbered("a", { access: "write", createdAt: 1 }),
      numbered("b", { access: "read", createdAt: 1 }),
      numbered("c", { access: "write", createdAt: 2 }),
      numbered("d", { access: "read", createdAt: 2 }),
    ];
    expect(
      await order(held, [
        { key: "access", direction: "desc" },
        { key: "created_at", direction: "desc" },
      ]),
    ).toBe("cadb");
  });
});

test("text from a caller is never SQL, nor a wildcard", async () => {
  const texts = ["' OR '1'='1", "%", "_", '"; DROP TABLE token; --', "?1", ":a", "\\", "[]", "null"];
  context.hold(texts.map((description, index) => numbered(String(index), { description })));
  for (const value of texts) {
    for (const condition of [
      { op: "eq", key: "description", value },
      { op: "in", key: "description", values: [value, "x"] },
      { op: "nin", key: "description", values: texts.filter((text) => text !== value) },
    ] as const) {
      const { rows } = outcomeOf(await context.tokens.list({ ...EVERYTHING, conditions: [condition] }));
      expect(rows.map(({ description }) => description)).toEqual([value]);
    }
  }
});

test("as many conditions, as deep and of as many values as the contract allows are no trouble", async () => {
  context.hold([numbered("a", { description: "a" }), numbered("b")]);
  let deep: Condition = {
    op: "in",
    key: "description",
    values: Array.from({ length: 8000 }, (_, index) => `${index}`),
  };
  for (let depth = 0; depth < 7; depth += 1) {
    const missing: Condition = { op: "eq", key: "description", value: `${depth}` };
    deep = { op: "or", conditions: [...Array(7).fill(missing), deep] };
  }
  const conditions: readonly Condition[] = [
    { op: "or", conditions: [deep, { op: "eq", key: "description", value: "a" }] },
  ];
  const { rows } = outcomeOf(await context.tokens.list({ ...EVERYTHING, conditions }));
  expect(rows.map(({ id }) => id.at(-1))).toEqual(["a"]);
});

test("all of no conditions are fulfilled, and none of no conditions", async () => {
  context.hold([numbered("a")]);
  for (const [op, expected] of [
    ["and", 1],
    ["or", 0],
  ] as const) {
    const listing = { ...EVERYTHING, conditions: [{ op, conditions: [] }] };
    expect(outcomeOf(await context.tokens.list(listing)).rows).toHaveLength(expected);
  }
});

import { describe, expect, test } from "bun:test";
import { COMMAND_LINE } from "../../../src/tokens/audit/audit-event.ts";
import type { Condition, Listing } from "../../../src/tokens/listing/listing.ts";
import { walk } from "../../support/lists/walk.ts";
import { tokenOf } from "../../support/new-token.ts";
import { EVERYTHING, outcomeOf, TestStore } from "../../support/store/store.ts";
import { useTestStore } from "../../support/use-test-store.ts";

const context = useTestStore();

const message = "must be a cursor that this server gave for the same filters and sorts";
const BAD_CURSOR = { refused: "invalid", issues: [{ path: "pagination.cursor", message }] } as const;

async function threeTokens(): Promise<TestStore> {
  const context = new TestStore();
  for (const description of ["a", "b", "c"]) await context.create({ description });
  return context;
}

async function found(context: TestStore, listing: Partial<Listing>): Promise<string> {
  const { rows } = outcomeOf(await context.tokens.list({ ...EVERYTHING, ...listing }));
  return rows.map(({ description }) => description).join("");
}

describe("a list", () => {
  test("without filters has the tokens that are not revoked, newest first", async () => {
    using context = await threeTokens();
    const expired = await context.create({ description: "e", expiresAt: context.clock.now + 1 });
    const revoked = await context.create({ description: "r" });
    outcomeOf(await context.tokens.revoke(revoked.token.id, COMMAND_LINE));
    context.clock.step(1);
    expect(await found(context, {})).toBe("ecba");
    expect(await found(context, { conditions: [{ op: "eq", key: "id", value: revoked.token.id }] })).toBe(
      "r",
    );
    const isGone: Condition = { op: "exists", key: "revoked_at", value: true };
    const wasToEnd: Condition = { op: "exists", key: "expires_at", value: true };
    expect(await found(context, { conditions: [{ op: "or", conditions: [isGone, wasToEnd] }] })).toBe("re");
    expect(expired.token.expiresAt).toBe(context.clock.now);
  });

  test("has no page of more than 1000 rows", async () => {
    context.hold(
      Array.from({ length: 1001 }, (_, number) => tokenOf(`atok_${String(number).padStart(4, "0")}`)),
    );
    const pages = await walk(context.tokens, { limit: 1_000_000 });
    expect(pages.map(({ length }) => length)).toEqual([1000, 1]);
  });
});

describe("a cursor", () => {
  async function cursorOf(context: TestStore, listing: Partial<Listing> = {}): Promise<string> {
    const page = outcomeOf(await context.tokens.list({ ...EVERYTHING, limit: 1, ...listing }));
    return page.cursor ?? "";
  }

  test("goes on behind its page, also with another size, after a restart and in another process", async () => {
    using context = await threeTokens();
    const cursor = await cursorOf(context);
    expect(await found(context, { cursor })).toBe("ba");
    expect(await found(context, { cursor, limit: 1 })).toBe("b");
    context.reopen();
    expect(await found(context, { cursor })).toBe("ba");
    const page = outcomeOf(await context.beside().list({ ...EVERYTHING, cursor }));
    expect(page.rows.map(({ description }) => description)).toEqual(["b", "a"]);
  });

  test("is refused with other filters or sorts than its own, when altered, and by another store", async () => {
    using context = await threeTokens();
    using other = await threeTokens();
    const cursor = await cursorOf(context);
    const wrong: readonly Partial<Listing>[] = [
      { cursor, conditions: [{ op: "eq", key: "access", value: "read" }] },
      { cursor, sorts: [{ key: "created_at", direction: "asc" }] },
      { cursor: `${cursor}A` },
      { cursor: cursor.slice(1) },
      { cursor: "" },
      { cursor: await cursorOf(other) },
    ];
    for (const listing of wrong) {
      expect(await context.tokens.list({ ...EVERYTHING, ...listing })).toEqual(BAD_CURSOR);
    }
  });

  test("of the newest first is one, whether that order was asked for or not", async () => {
    using context = await threeTokens();
    const cursor = await cursorOf(context);
    expect(await found(context, { cursor, sorts: [{ key: "id", direction: "desc" }] })).toBe("ba");
  });
});

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Condition, Listing } from "../../../src/tokens/listing/listing.ts";
import { compilePattern } from "../../../src/tokens/listing/pattern.ts";
import type { ScanCaller } from "../../../src/tokens/listing/scan-caller.ts";
import { StoreUnavailable } from "../../../src/tokens/token-store.ts";
import { eventOf, tokenOf } from "../../support/new-token.ts";
import { TEST_LIMIT_MS } from "../../support/patience.ts";
import { EVERYTHING, outcomeOf, TestStore } from "../../support/store/store.ts";
import { turnsUntil } from "../../support/store/turns.ts";
import { useStore } from "../../support/store/use.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const COUNT = 20_000;

const idOf = (number: number, prefix = "atok_") => `${prefix}${String(number).padStart(20, "0")}`;

/** So many tokens and events that a search for a pattern takes a while. */
const context = useStore(() => {
  const context = new TestStore();
  const numbers = Array.from({ length: COUNT }, (_, number) => number);
  const description = (number: number) => `${"x".repeat(200)} ${number}`;
  context.hold(
    numbers.map((number) => tokenOf(idOf(number), { description: description(number), audiences: ["wiki"] })),
  );
  context.holdEvents(numbers.map((number) => eventOf(idOf(number), idOf(number, "aevt_"))));
  return context;
});

function endsWith(end: string, key = "description"): Condition {
  const pattern = compilePattern(`${end}$`, false);
  if (typeof pattern === "string") throw new Error(pattern);
  return { op: "regex", key, pattern };
}

const TEN = Array.from({ length: 10 }, (_, number) => idOf(number));
const HOURS = { bucket: "hour", ids: TEN, from: null, to: null } as const;
const FAR_BEHIND = { sorts: [{ key: "description", direction: "desc" }], limit: 3, skip: 15_000 } as const;

type LongRead = (context: TestStore, caller?: ScanCaller) => unknown;

const LONG_READS: Readonly<Record<string, LongRead>> = {
  "a list by pattern": listOf(endsWith(" 7")),
  "a list by service": listOf({ op: "eq", key: "audiences", value: "git" }),
  "a list by much at once": listOf(
    ...Array<Condition>(59).fill({ op: "exists", key: "created_at", value: true }),
    { op: "nin", key: "status", values: ["active"] },
  ),
  "a list that begins far behind": ({ tokens }, caller) =>
    tokens.list({ ...EVERYTHING, ...FAR_BEHIND }, caller),
  "a list of audit events": ({ auditTrail }, caller) =>
    auditTrail.list({ ...EVERYTHING, conditions: [endsWith("07", "id")] }, caller),
  "a summary": ({ tokens }, caller) => tokens.summary(caller),
  "a usage report": ({ usage }, caller) => usage.report(HOURS, caller),
};

function listOf(...conditions: readonly Condition[]): LongRead {
  return ({ tokens }, caller) => tokens.list({ ...EVERYTHING, conditions }, caller);
}

describe.each(Object.entries(LONG_READS))("%s", (_name, read) => {
  test("lets others have their turn", async () => {
    expect(await turnsUntil(Promise.resolve(read(context)))).toBeGreaterThan(3);
  });

  test("ends when nobody waits for it", async () => {
    const caller = { token: "atok_1", signal: AbortSignal.abort() };
    await expect(read(context, caller)).rejects.toMatchObject({ reason: "abandoned" });
  });
});

test("a list that begins far behind goes on behind its page, and ends", async () => {
  const all = Array.from({ length: COUNT }, (_, number) => String(number))
    .sort()
    .reverse();
  const page = async (asked: Partial<Listing>) => {
    const { rows, cursor } = outcomeOf(await context.tokens.list({ ...EVERYTHING, ...FAR_BEHIND, ...asked }));
    return { cursor, found: rows.map(({ description }) => description?.split(" ")[1]) };
  };
  const { cursor, found } = await page({});
  expect(found).toEqual(all.slice(15_000, 15_003));
  expect((await page({ skip: 0, cursor })).found).toEqual(all.slice(15_003, 15_006));
  expect(await page({ skip: COUNT })).toEqual({ cursor: null, found: [] });
});

test("stopping ends long reads, and nothing else", async () => {
  const { token, secret } = await context.create();
  const search = LONG_READS["a list by pattern"]?.(context);
  context.store.stopScans();
  await expect(search).rejects.toMatchObject({ reason: "closing" });
  await expect(context.tokens.summary()).rejects.toBeInstanceOf(StoreUnavailable);
  expect((await context.tokens.authenticate(secret)).token?.id).toBe(token.id);
  expect(outcomeOf(await context.tokens.list({ ...EVERYTHING, limit: 1 })).rows).toHaveLength(1);
});

import { expect, test } from "bun:test";
import { UNWRITTEN_LIMIT, UnwrittenUses } from "../../src/tokens/unwritten-uses.ts";
import { ALL_TOKENS, type HourOfUse } from "../../src/tokens/usage-store.ts";
import { A_MOMENT } from "../support/new-token.ts";

const UNUSED = {
  start: A_MOMENT,
  accepted: 0,
  refused: 0,
  lastUsedAt: null,
  reusedAt: null,
  reusedFrom: null,
};

/** Everything, once it is set apart, in its portions. */
function portionsOf(uses: UnwrittenUses): readonly (readonly HourOfUse[])[] {
  const portions: (readonly HourOfUse[])[] = [];
  for (let portion = uses.portion; portion !== undefined; portion = uses.portion) {
    portions.push(portion);
    uses.drop();
  }
  return portions;
}

test("uses of a token in an hour are one entry, with when the last one was accepted", () => {
  const uses = new UnwrittenUses();
  uses.add("atok_1", "accepted", A_MOMENT + 5);
  uses.add("atok_1", "accepted", A_MOMENT + 9);
  uses.add("atok_1", "accepted", A_MOMENT + 7);
  uses.add("atok_1", "refused", A_MOMENT + 20);
  uses.add("atok_2", "refused", A_MOMENT + 20);
  expect(uses.portion).toBeUndefined();
  uses.collect();
  expect(portionsOf(uses)).toEqual([
    [
      { ...UNUSED, token: "atok_1", accepted: 3, refused: 1, lastUsedAt: A_MOMENT + 9 },
      { ...UNUSED, token: "atok_2", refused: 1 },
    ],
  ]);
});

test("of the times that a dead secret was shown, the latest is kept, with its address", () => {
  const uses = new UnwrittenUses();
  uses.add("atok_1", "refused", A_MOMENT + 5);
  uses.mark("atok_1", "192.0.2.1", A_MOMENT + 5);
  uses.mark("atok_1", "192.0.2.2", A_MOMENT + 9);
  uses.mark("atok_1", "192.0.2.3", A_MOMENT + 9);
  uses.mark("atok_1", "192.0.2.4", A_MOMENT + 8);
  expect(uses.count).toBe(1);
  uses.collect();
  expect(portionsOf(uses).flat()).toEqual([
    { ...UNUSED, token: "atok_1", refused: 1, reusedAt: A_MOMENT + 9, reusedFrom: "192.0.2.3" },
  ]);
});

test("what is added while a portion is written waits for the next time", () => {
  const uses = new UnwrittenUses();
  uses.add("atok_1", "accepted", A_MOMENT);
  uses.collect();
  uses.add("atok_1", "accepted", A_MOMENT + 1);
  expect(uses.count).toBe(2);
  expect(portionsOf(uses).flat()).toMatchObject([{ accepted: 1, lastUsedAt: A_MOMENT }]);
  expect(uses.count).toBe(1);
  uses.collect();
  expect(portionsOf(uses).flat()).toMatchObject([{ accepted: 1, lastUsedAt: A_MOMENT + 1 }]);
});

test("there are portions, none of which takes long", () => {
  const uses = new UnwrittenUses();
  for (let count = 0; count < 1001; count += 1) uses.add(`atok_${count}`, "accepted", A_MOMENT);
  uses.collect();
  const portions = portionsOf(uses);
  expect(portions.flat()).toHaveLength(1001);
  expect(Math.max(...portions.map(({ length }) => length))).toBe(200);
});

test("beyond a limit, further tokens count among all of them alone, until there is room again", () => {
  const uses = new UnwrittenUses();
  for (let count = 0; count < UNWRITTEN_LIMIT; count += 1) uses.add(`atok_${count}`, "accepted", A_MOMENT);
  uses.add("atok_new", "accepted", A_MOMENT);
  uses.add("atok_newer", "refused", A_MOMENT);
  uses.mark("atok_newer", "192.0.2.1", A_MOMENT);
  uses.mark("atok_0", "192.0.2.2", A_MOMENT);
  uses.add("atok_0", "accepted", A_MOMENT);
  expect(uses.count).toBe(UNWRITTEN_LIMIT + 3);
  uses.collect();
  uses.add("atok_new", "accepted", A_MOMENT);
  const entries = portionsOf(uses).flat();
  expect(entries).toHaveLength(UNWRITTEN_LIMIT + 1);
  expect(entries.at(0)).toMatchObject({ token: "atok_0", accepted: 2, reusedFrom: "192.0.2.2" });
  const rest = { token: ALL_TOKENS, accepted: 1, refused: 1, reusedAt: null, reusedFrom: null };
  expect(entries.at(-1)).toMatchObject(rest);
  uses.add("atok_new", "accepted", A_MOMENT);
  uses.collect();
  expect(portionsOf(uses).flat()).toMatchObject([
    { token: ALL_TOKENS, accepted: 1 },
    { token: "atok_new", accepted: 1 },
  ]);
});

import { expect, test } from "bun:test";
import { UNWRITTEN_LIMIT, UnwrittenUses } from "../../src/tokens/unwritten-uses.ts";
import { ALL_TOKENS, type HourOfUse } from "../../src/tokens/usage-store.ts";
import { A_MOMENT } from "../support/new-token.ts";

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
      { token: "atok_1", start: A_MOMENT, accepted: 3, refused: 1, lastUsedAt: A_MOMENT + 9 },
      { token: "atok_2", start: A_MOMENT, accepted: 0, refused: 1, lastUsedAt: null },
    ],
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
  uses.add("atok_0", "accepted", A_MOMENT);
  expect(uses.count).toBe(UNWRITTEN_LIMIT + 3);
  uses.collect();
  uses.add("atok_new", "accepted", A_MOMENT);
  const entries = portionsOf(uses).flat();
  expect(entries).toHaveLength(UNWRITTEN_LIMIT + 1);
  expect(entries.at(0)).toMatchObject({ token: "atok_0", accepted: 2 });
  expect(entries.at(-1)).toMatchObject({ token: ALL_TOKENS, accepted: 1, refused: 1 });
  uses.add("atok_new", "accepted", A_MOMENT);
  uses.collect();
  expect(portionsOf(uses).flat()).toMatchObject([
    { token: ALL_TOKENS, accepted: 1 },
    { token: "atok_new", accepted: 1 },
  ]);
});

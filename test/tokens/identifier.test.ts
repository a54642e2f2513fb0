import { expect, test } from "bun:test";
import fc from "fast-check";
import { AUDIT_EVENT_PREFIX, isTokenId, nextId, TOKEN_PREFIX } from "../../src/tokens/identifier.ts";
import type { Random } from "../../src/tokens/random.ts";
import { constantRandom, repeatableRandom } from "../support/random.ts";

const NOW = Date.parse("2026-06-01T12:00:00.500Z");
const FAR_FUTURE = 62 ** 8;

/** Ids as a store gives them at those times, each with the greatest so far in hand. */
function idsAt(times: readonly number[], random: Random): readonly string[] {
  const ids: string[] = [];
  for (const now of times) ids.push(nextId(TOKEN_PREFIX, ids.at(-1) ?? null, now, random));
  return ids;
}

function expectRising(ids: readonly string[]): void {
  for (const [index, id] of ids.entries()) {
    expect(id).toMatch(/^atok_[0-9A-Za-z]{22}$/);
    const before = ids[index - 1];
    if (before !== undefined) expect(id > before).toBe(true);
  }
}

test("the first id begins with the time, in milliseconds, and goes on with 80 random bits", () => {
  expect(nextId(TOKEN_PREFIX, null, 0, constantRandom(0))).toBe("atok_0000000000000000000000");
  expect(nextId(TOKEN_PREFIX, null, 61, constantRandom(0))).toBe("atok_0000000z00000000000000");
  expect(nextId(AUDIT_EVENT_PREFIX, null, 62, constantRandom(0))).toBe("aevt_0000001000000000000000");
  const asked: number[] = [];
  nextId(TOKEN_PREFIX, null, NOW, (bytes) => {
    asked.push(bytes);
    return new Uint8Array(bytes);
  });
  expect(asked).toEqual([10]);
});

test.each([
  ["within one millisecond", [NOW, NOW, NOW, NOW]],
  ["when the clock steps back", [NOW, NOW - 1, NOW - 86_400_000, 0, NOW + 1]],
  ["when the clock was far in the future", [FAR_FUTURE * 2, FAR_FUTURE - 1, NOW, NOW + 1]],
  ["when the clock is before 1970", [-5000, -4000, -6000, 0, 1]],
])("ids rise %s, with any random bytes", (_, times) => {
  for (const random of [repeatableRandom(), constantRandom(0), constantRandom(0xff)]) {
    expectRising(idsAt(times, random));
  }
});

test("ids rise for any clock", () => {
  const anyClock = fc.array(fc.integer({ min: -10_000, max: FAR_FUTURE * 2 }), { maxLength: 40 });
  const nearby = fc.array(fc.integer({ min: NOW - 3, max: NOW + 3 }), { maxLength: 40 });
  const random = fc.constantFrom(repeatableRandom(), constantRandom(0), constantRandom(0xff));
  fc.assert(
    fc.property(fc.oneof(anyClock, nearby), random, (times, bytes) => expectRising(idsAt(times, bytes))),
  );
});

test("an id cannot be guessed from the one before, even within one millisecond", () => {
  const steps = new Set<string>();
  const random = repeatableRandom();
  const first = nextId(TOKEN_PREFIX, null, NOW, constantRandom(0));
  for (let turn = 0; turn < 100; turn += 1) steps.add(nextId(TOKEN_PREFIX, first, NOW - 1, random));
  expect(steps.size).toBe(100);
});

test.each([
  ["atok_0", true],
  [`atok_${"z".repeat(64)}`, true],
  ["atok_0123456789ABCDEFabcdef", true],
  ["atok_", false],
  [`atok_${"z".repeat(65)}`, false],
  ["atok_a-b", false],
  ["atok_a\n", false],
  [" atok_a", false],
  ["ATOK_a", false],
  ["aevt_a", false],
  ["a", false],
  ["", false],
  ["atok_é", false],
])("the form of an id: %p is %p", (text, expected) => {
  expect(isTokenId(text)).toBe(expected);
});

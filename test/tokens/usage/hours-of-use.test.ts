import { expect, test } from "bun:test";
import { HoursOfUse } from "../../../src/tokens/usage/hours-of-use.ts";
import { A_MOMENT } from "../../support/new-token.ts";

const LATER = A_MOMENT + 3600;

test("there is one entry for each token and hour, until it is removed", () => {
  const hours = new HoursOfUse();
  const first = hours.findOrAdd("atok_1", A_MOMENT);
  first.accepted += 2;
  expect(hours.findOrAdd("atok_1", A_MOMENT)).toBe(first);
  hours.findOrAdd("atok_1", LATER);
  hours.findOrAdd("atok_2", A_MOMENT);
  expect(hours.size).toBe(3);
  expect(hours.of("atok_1").map(({ start }) => start)).toEqual([A_MOMENT, LATER]);
  hours.remove(first);
  hours.remove(first);
  expect(hours.size).toBe(2);
  expect(hours.find("atok_1", A_MOMENT)).toBeUndefined();
  expect(hours.of("atok_1").map(({ start }) => start)).toEqual([LATER]);
});

test("they are in the order of the store, by hour and then by token", () => {
  const hours = new HoursOfUse();
  for (const [token, start] of [
    ["atok_2", LATER],
    ["atok_b", A_MOMENT],
    ["atok_B", A_MOMENT],
    ["atok_10", LATER],
  ] as const)
    hours.findOrAdd(token, start);
  expect(hours.inOrder().map(({ token }) => token)).toEqual(["atok_B", "atok_b", "atok_10", "atok_2"]);
});

import { expect, test } from "bun:test";
import { LastUses, WRITTEN_LIMIT } from "../../../src/tokens/usage/last-uses.ts";
import { A_MOMENT } from "../../support/new-token.ts";

test("a token is written once an hour, with the latest of its uses, unless all are asked for", () => {
  const uses = new LastUses();
  uses.note("atok_1", A_MOMENT + 5);
  uses.note("atok_1", A_MOMENT + 4);
  expect(uses.of("atok_1")).toBe(A_MOMENT + 5);
  expect(uses.take(A_MOMENT + 9, "due")).toEqual([["atok_1", A_MOMENT + 5]]);
  expect(uses.of("atok_1")).toBeNull();
  uses.note("atok_1", A_MOMENT + 10);
  uses.note("atok_2", A_MOMENT + 10);
  expect(uses.take(A_MOMENT + 11, "due")).toEqual([["atok_2", A_MOMENT + 10]]);
  expect(uses.take(A_MOMENT + 11, "all")).toEqual([["atok_1", A_MOMENT + 10]]);
  uses.note("atok_1", A_MOMENT + 20);
  expect(uses.take(A_MOMENT + 3599, "due")).toEqual([]);
  expect(uses.take(A_MOMENT + 3600, "due")).toEqual([["atok_1", A_MOMENT + 20]]);
});

test("beyond a limit, tokens are written each time", () => {
  const uses = new LastUses();
  for (let count = 0; count <= WRITTEN_LIMIT; count += 1) uses.note(`atok_${count}`, A_MOMENT);
  expect(uses.take(A_MOMENT, "due")).toHaveLength(WRITTEN_LIMIT + 1);
  for (let count = 0; count <= WRITTEN_LIMIT; count += 1) uses.note(`atok_${count}`, A_MOMENT + 1);
  expect(uses.take(A_MOMENT + 1, "due")).toEqual([[`atok_${WRITTEN_LIMIT}`, A_MOMENT + 1]]);
});

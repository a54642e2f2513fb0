import { expect, test } from "bun:test";
import { LastUseBuffer, WRITTEN_LIMIT } from "../../../src/tokens/usage/last-use-buffer.ts";
import { A_MOMENT } from "../../support/new-token.ts";

test("beyond a limit, tokens are written each time", () => {
  const uses = new LastUseBuffer();
  for (let count = 0; count <= WRITTEN_LIMIT; count += 1) uses.note(`atok_${count}`, A_MOMENT);
  expect(uses.take(A_MOMENT, "due")).toHaveLength(WRITTEN_LIMIT + 1);
  for (let count = 0; count <= WRITTEN_LIMIT; count += 1) uses.note(`atok_${count}`, A_MOMENT + 1);
  expect(uses.take(A_MOMENT + 1, "due")).toEqual([[`atok_${WRITTEN_LIMIT}`, A_MOMENT + 1]]);
});

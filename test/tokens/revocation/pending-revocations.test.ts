import { expect, test } from "bun:test";
import { COMMAND_LINE } from "../../../src/tokens/audit/audit-event.ts";
import { BATCH_LIMIT, PendingRevocations } from "../../../src/tokens/revocation/pending-revocations.ts";

function revocationOf(id: string) {
  return { id, actor: COMMAND_LINE, at: 1 };
}

test("batches grow to their limit, and those that come meanwhile are written too, named ones first", async () => {
  const pending = new PendingRevocations();
  const descendants = Array.from({ length: 3 * BATCH_LIMIT }, (_, index) => `atok_d${index}`);
  pending.add(revocationOf("atok_1"), descendants.map(revocationOf));
  const batches: (readonly string[])[] = [];
  await pending.writeAll(async (batch) => {
    batches.push(batch.map(({ id }) => id));
    if (batches.length === 2) pending.add(revocationOf("atok_2"), [revocationOf("atok_3")]);
  });
  expect(batches.map(({ length }) => length)).toEqual([
    1,
    2,
    4,
    8,
    16,
    32,
    64,
    128,
    256,
    256,
    3 * BATCH_LIMIT + 3 - 767,
  ]);
  expect(batches[0]).toEqual(["atok_1"]);
  expect(batches[2]?.[0]).toBe("atok_2");
  expect(new Set(batches.flat())).toEqual(new Set(["atok_1", "atok_2", "atok_3", ...descendants]));
  expect(pending.isEmpty).toBe(true);
  expect(pending.ids).toEqual([]);
});

import { expect, test } from "bun:test";
import { COMMAND_LINE } from "../../../src/tokens/audit/audit-event.ts";
import { BATCH_LIMIT, PendingRevocations } from "../../../src/tokens/revocation/pending-revocations.ts";
import { type SpaceUse, StoreUnavailable } from "../../../src/tokens/token-store.ts";

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
  const rest = 3 * BATCH_LIMIT + 3 - 767;
  const sizes = [1, 2, 4, 8, 16, 32, 64, 128, 256, 256, rest];
  expect(batches.map(({ length }) => length)).toEqual(sizes);
  expect(batches[0]).toEqual(["atok_1"]);
  expect(batches[2]?.[0]).toBe("atok_2");
  expect(new Set(batches.flat())).toEqual(new Set(["atok_1", "atok_2", "atok_3", ...descendants]));
  expect(pending.isEmpty).toBe(true);
  expect(pending.ids).toEqual([]);
});

test.each<[name: string, lacksSpaceFor: SpaceUse | null, tried: readonly number[], left: number]>([
  ["batches are halved where they do not fit", "revocations", [1, 2, 4, 8, 16, 8, 8, 4, 4, 2, 2, 1, 1], 11],
  ["batches are not halved where the disk fails, and is not full", null, [1, 2, 4, 8, 16], 26],
])("%s", async (_, lacksSpaceFor, tried, left) => {
  const pending = new PendingRevocations();
  const descendants = Array.from({ length: 40 }, (_, index) => revocationOf(`atok_d${index}`));
  pending.add(revocationOf("atok_1"), descendants);
  const sizes: number[] = [];
  let space = 30;
  const writing = pending.writeAll(async ({ length }) => {
    sizes.push(length);
    if (length > Math.min(9, space)) throw new StoreUnavailable("full", { lacksSpaceFor });
    space -= length;
  });
  await expect(writing).rejects.toBeInstanceOf(StoreUnavailable);
  expect(sizes).toEqual([...tried]);
  expect(pending.ids).toHaveLength(left);
});

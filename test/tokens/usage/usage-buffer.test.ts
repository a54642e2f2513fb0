import { expect, test } from "bun:test";
import { LastUseBuffer, WRITTEN_LIMIT } from "../../../src/tokens/usage/last-use-buffer.ts";
import { BUFFER_LIMIT, UsageBuffer } from "../../../src/tokens/usage/usage-buffer.ts";
import { ALL_TOKENS, type HourOfUse } from "../../../src/tokens/usage/usage-store.ts";
import { A_MOMENT, tokenOf } from "../../support/new-token.ts";

const NONE = { accepted: 0, refused: 0, lastUsedAt: null, reusedAt: null, reusedFrom: null };
const UNUSED = { start: A_MOMENT, ...NONE };

/** Collects the uses and takes all their batches, one after the other. */
function collected(uses: UsageBuffer, now = A_MOMENT): readonly HourOfUse[] {
  uses.collect(now, "due");
  return batchesOf(uses).flat();
}

/** All that was collected, in its batches. */
function batchesOf(uses: UsageBuffer): readonly (readonly HourOfUse[])[] {
  const batches: (readonly HourOfUse[])[] = [];
  for (let batch = uses.batch; batch !== undefined; batch = uses.batch) {
    batches.push(batch);
    uses.dropBatch();
  }
  return batches;
}

test("uses of a token in an hour are one entry, with when the last one was accepted", () => {
  const uses = new UsageBuffer();
  uses.add("atok_1", "accepted", A_MOMENT + 5);
  uses.add("atok_1", "accepted", A_MOMENT + 9);
  uses.add("atok_1", "accepted", A_MOMENT + 7);
  uses.add("atok_1", "refused", A_MOMENT + 20);
  uses.add("atok_2", "refused", A_MOMENT + 20);
  expect(uses.batch).toBeUndefined();
  expect(collected(uses)).toEqual([
    { ...UNUSED, token: "atok_1", accepted: 3, refused: 1, lastUsedAt: A_MOMENT + 9 },
    { ...UNUSED, token: "atok_2", refused: 1 },
  ]);
});

test("there are batches, none of which takes long", () => {
  const uses = new UsageBuffer();
  for (let count = 0; count < 1001; count += 1) uses.add(`atok_${count}`, "accepted", A_MOMENT);
  uses.collect(A_MOMENT, "due");
  const batches = batchesOf(uses);
  expect(batches.flat()).toHaveLength(1001);
  expect(Math.max(...batches.map(({ length }) => length))).toBe(200);
});

test("beyond a limit, further tokens count among all of them alone, until there is room again", () => {
  const uses = new UsageBuffer();
  for (let count = 0; count < BUFFER_LIMIT; count += 1) uses.add(`atok_${count}`, "accepted", A_MOMENT);
  uses.add("atok_new", "accepted", A_MOMENT);
  uses.add("atok_newer", "refused", A_MOMENT);
  uses.recordReuse("atok_newer", "192.0.2.1", A_MOMENT);
  uses.recordReuse("atok_0", "192.0.2.2", A_MOMENT);
  uses.add("atok_0", "accepted", A_MOMENT);
  expect(uses.add("atok_0", "accepted", A_MOMENT)).toBe(true);
  expect(uses.add("atok_new", "accepted", A_MOMENT)).toBe(false);
  expect(uses.count).toBe(BUFFER_LIMIT + 5);
  uses.collect(A_MOMENT, "due");
  uses.add("atok_new", "accepted", A_MOMENT);
  const entries = batchesOf(uses).flat();
  expect(entries).toHaveLength(BUFFER_LIMIT + 1);
  const [rest, first] = entries;
  expect(first).toMatchObject({ token: "atok_0", accepted: 3, reusedFrom: "192.0.2.2" });
  expect(rest).toMatchObject({ ...UNUSED, token: ALL_TOKENS, accepted: 2, refused: 1 });
  uses.add("atok_new", "accepted", A_MOMENT);
  expect(collected(uses)).toMatchObject([
    { token: ALL_TOKENS, accepted: 1 },
    { token: "atok_new", accepted: 1 },
  ]);
});

test("batches lie in the order of the store, so that few of its pages are written", () => {
  const uses = new UsageBuffer();
  for (const [token, at] of [
    ["atok_2", A_MOMENT + 3600],
    ["atok_b", A_MOMENT],
    ["atok_B", A_MOMENT],
    ["atok_10", A_MOMENT + 3600],
    ["atok_2", A_MOMENT],
  ] as const)
    uses.add(token, "refused", at);
  expect(collected(uses, A_MOMENT + 3600)).toMatchObject([
    { token: "atok_2", start: A_MOMENT },
    { token: "atok_B", start: A_MOMENT },
    { token: "atok_b", start: A_MOMENT },
    { token: "atok_10", start: A_MOMENT + 3600 },
    { token: "atok_2", start: A_MOMENT + 3600 },
  ]);
});

test("a last use that waits for the end of its hour comes then, alone or with uses of that hour", () => {
  const uses = new UsageBuffer();
  for (const token of ["atok_1", "atok_2"]) uses.add(token, "accepted", A_MOMENT);
  collected(uses);
  for (const token of ["atok_1", "atok_2"]) uses.add(token, "accepted", A_MOMENT + 60);
  const counted = { ...UNUSED, accepted: 1 };
  expect(collected(uses, A_MOMENT + 60)).toEqual([
    { ...counted, token: "atok_1" },
    { ...counted, token: "atok_2" },
  ]);
  uses.add("atok_2", "accepted", A_MOMENT + 3600);
  expect(collected(uses, A_MOMENT + 3600)).toEqual([
    { ...UNUSED, token: "atok_1", lastUsedAt: A_MOMENT + 60 },
    { ...counted, token: "atok_2", start: A_MOMENT + 3600, lastUsedAt: A_MOMENT + 3600 },
  ]);
  expect(collected(uses, A_MOMENT + 7200)).toEqual([]);
});

test("a token gets the later one of the uses in the store and in the buffer", () => {
  const uses = new UsageBuffer();
  const at = (second: number) => A_MOMENT + second;
  const known = (values: Parameters<typeof tokenOf>[1] = {}) => {
    const { lastUsedAt, reusedAt, reusedFrom } = uses.addedTo(tokenOf("atok_1", values));
    return [lastUsedAt, reusedAt, reusedFrom];
  };
  expect(known()).toEqual([null, null, null]);
  uses.add("atok_1", "accepted", at(5));
  expect(known()).toEqual([at(5), null, null]);
  expect(known({ lastUsedAt: at(9) })).toEqual([at(9), null, null]);
  uses.recordReuse("atok_1", "192.0.2.1", at(6));
  expect(known({ reusedAt: at(7), reusedFrom: "192.0.2.9" })).toEqual([at(5), at(7), "192.0.2.9"]);
  uses.collect(at(10), "due");
  expect(known()).toEqual([at(5), at(6), "192.0.2.1"]);
  uses.dropBatch();
  expect(known()).toEqual([null, null, null]);
  uses.add("atok_1", "accepted", at(20));
  uses.collect(at(21), "due");
  uses.dropBatch();
  expect(known()).toEqual([at(20), null, null]);
});

test("beyond a limit, last uses are written each time", () => {
  const uses = new LastUseBuffer();
  for (let count = 0; count <= WRITTEN_LIMIT; count += 1) uses.note(`atok_${count}`, A_MOMENT);
  expect(uses.take(A_MOMENT, "due")).toHaveLength(WRITTEN_LIMIT + 1);
  for (let count = 0; count <= WRITTEN_LIMIT; count += 1) uses.note(`atok_${count}`, A_MOMENT + 1);
  expect(uses.take(A_MOMENT + 1, "due")).toEqual([[`atok_${WRITTEN_LIMIT}`, A_MOMENT + 1]]);
});

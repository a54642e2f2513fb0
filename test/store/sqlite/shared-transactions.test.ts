import type { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, jest, spyOn, test } from "bun:test";
import { StoreUnavailable } from "../../../src/tokens/token-store.ts";
import { useStore } from "../../support/store/use.ts";
import { useWriter } from "../../support/store/writer.ts";

const context = useStore();
const played = useWriter(context);

/** How far the clock goes on each time that it is read, in milliseconds. */
let stepMs = 0;

beforeEach(() => {
  let now = 0;
  stepMs = 0;
  spyOn(performance, "now").mockImplementation(() => {
    now += stepMs;
    return now;
  });
  played.database.run("CREATE TABLE row (number INTEGER PRIMARY KEY, bytes BLOB)");
});

afterEach(() => {
  jest.restoreAllMocks();
});

function insert(number: number, bytes = 0): number {
  played.database.query("INSERT INTO row VALUES (?, randomblob(?))").run(number, bytes);
  return number;
}

/** The rows on disk, as another process sees them. */
function rows(reader: Database = context.connect()): readonly unknown[] {
  return reader.query("SELECT number FROM row ORDER BY number").values().flat();
}

/** Makes a write that waits for nobody, so that those behind it wait for each other. */
function writeFirst(): Promise<void> {
  return played.writer.write(() => undefined);
}

/** "written", or why the write failed, for each of them. */
async function outcomes(writes: readonly Promise<unknown>[]): Promise<readonly unknown[]> {
  const settled = await Promise.allSettled(writes);
  return settled.map((each) => (each.status === "fulfilled" ? "written" : each.reason));
}

test("a lone write is on disk at once, and so is the next one of another turn of the event loop", async () => {
  for (const number of [1, 2, 3]) {
    const written = played.writer.write(() => insert(number));
    expect(rows().at(-1)).toBe(number);
    await written;
    await Bun.sleep(1);
  }
});

test("writes that wait at the same time share one transaction, and none is answered before it is on disk", async () => {
  const { writer, tried } = played;
  const reader = context.connect();
  const seen: unknown[] = [];
  const write = async (number: number) => {
    const onWritten = () => void seen.push(rows(reader));
    expect(await writer.write(() => insert(number), { onWritten })).toBe(number);
    seen.push(number);
  };
  void writeFirst();
  await Promise.all([write(3), write(1), write(2)]);
  const all = [1, 2, 3];
  expect(seen).toEqual([all, all, all, 3, 1, 2]);
  expect(tried.transactions).toBe(2);
});

test("a write that fails is undone alone, and the others of its transaction are made", async () => {
  const { writer, tried } = played;
  const fault = new Error("a fault");
  const failing = () => {
    insert(2);
    throw fault;
  };
  const twice = () => insert(insert(4) - 1);
  const works = [() => insert(1), failing, () => insert(3), twice, () => insert(5)];
  const constraint = expect.objectContaining({ code: "SQLITE_CONSTRAINT_PRIMARYKEY" });
  void writeFirst();
  expect(await outcomes(works.map((work) => writer.write(work)))).toEqual([
    "written",
    fault,
    "written",
    constraint,
    "written",
  ]);
  expect(rows()).toEqual([1, 3, 5]);
  expect(tried.transactions).toBe(2);
  expect(writer.trouble).toBeNull();
});

test("a long write has a transaction of its own, in its place", async () => {
  const { writer, tried } = played;
  const order: number[] = [];
  const write = (number: number, isLong: boolean) =>
    writer.write(() => void order.push(insert(number)), { isLong });
  void writeFirst();
  await Promise.all([write(1, false), write(2, false), write(3, true), write(4, false), write(5, false)]);
  expect(order).toEqual([1, 2, 3, 4, 5]);
  expect(tried.transactions).toBe(4);
});

test("a shared transaction ends once it has taken too long, and the other writes follow", async () => {
  const { writer, tried } = played;
  stepMs = 1;
  const numbers = Array.from({ length: 12 }, (_, index) => index);
  await Promise.all(numbers.map((number) => writer.write(() => insert(number))));
  expect(rows()).toEqual(numbers);
  expect(tried.transactions).toBeWithin(2, 12);
});

test("a write that fills the disk fails alone, and the others are made once", async () => {
  const { database, writer } = played;
  await writeFirst();
  const pages = database.query<{ page_count: number }, []>("PRAGMA page_count").get()?.page_count ?? 0;
  database.run(`PRAGMA max_page_count = ${pages + 20}`);
  const sizes = [10, 10, 1_000_000, 10];
  const writes = sizes.map((size, number) => writer.write(() => insert(number, size)));
  const full = expect.objectContaining({ outcome: "unchanged", lacksSpaceFor: "changes" });
  expect(await outcomes(writes)).toEqual(["written", "written", full, "written"]);
  expect(rows()).toEqual([0, 1, 3]);
});

test("on a full disk a revocation is made, although it waits between changes that fail", async () => {
  const { space, writer } = played;
  await writeFirst();
  space.bavail = 1024;
  const full = expect.objectContaining({ outcome: "unchanged", lacksSpaceFor: "changes" });
  const writes = [1, 2, 3].map((number) => writer.write(() => insert(number), { usesReserve: number === 2 }));
  expect(await outcomes(writes)).toEqual([full, "written", full]);
  expect(rows()).toEqual([2]);
  const revocations = [4, 5].map((number) => writer.write(() => insert(number), { usesReserve: true }));
  expect(await outcomes(revocations)).toEqual(["written", "written"]);
});

test("while another process writes, every write that shared the transaction is given up in time", async () => {
  const { writer } = played;
  await writeFirst();
  stepMs = 5;
  const other = context.connect();
  other.run("BEGIN IMMEDIATE");
  const writes = [1, 2, 3].map((number) => writer.write(() => insert(number), { patienceMs: 30 }));
  const given = await outcomes(writes);
  for (const error of given) {
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(error).toMatchObject({ cause: { code: "SQLITE_BUSY" } });
  }
  other.run("ROLLBACK");
  await writer.write(() => insert(4));
  expect(rows()).toEqual([4]);
});

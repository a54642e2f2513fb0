import { afterEach, expect, jest, spyOn, test } from "bun:test";
import { rmSync, statSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { StoreUnavailable } from "../../../src/tokens/token-store.ts";
import { useStore } from "../../support/store/use.ts";
import { useWriter } from "../../support/store/writer.ts";

const context = useStore();
const played = useWriter(context);

afterEach(() => {
  jest.restoreAllMocks();
});

async function expectTrouble(): Promise<void> {
  await expect(played.writer.recover()).rejects.toBeInstanceOf(StoreUnavailable);
  expect(played.writer.trouble).toBeInstanceOf(StoreUnavailable);
}

test("while another process writes, one write tries, and the others queue behind it in order", async () => {
  const { database, writer } = played;
  const other = context.connect();
  other.run("BEGIN IMMEDIATE");
  const transaction = spyOn(database, "transaction");
  const numbers = Array.from({ length: 64 }, (_, index) => index);
  const done: number[] = [];
  const writing = numbers.map((number) => writer.write(() => void done.push(number)));
  for (let turn = 0; turn < 5; turn += 1) await pause(10);
  expect(transaction.mock.calls.length).toBeWithin(1, 64);
  expect(done).toEqual([]);
  other.run("COMMIT");
  await Promise.all(writing);
  expect(done).toEqual(numbers);
});

test("a write that does not wait for another process fails, which is no trouble", async () => {
  const { writer } = played;
  context.connect().run("BEGIN IMMEDIATE");
  await expect(writer.write(() => undefined, { patienceMs: 0 })).rejects.toMatchObject({
    name: "StoreUnavailable",
    cause: { code: "SQLITE_BUSY" },
  });
  expect(writer.trouble).toBeNull();
});

test("a write that throws is undone, and the next one is made", async () => {
  const { database, writer } = played;
  const failing = writer.write(() => {
    database.run("PRAGMA user_version = 99");
    throw new Error("a fault");
  });
  const next = writer.write(() => database.query("PRAGMA user_version").get());
  await expect(failing).rejects.toThrow("a fault");
  expect(await next).not.toEqual({ user_version: 99 });
  expect(writer.trouble).toBeNull();
});

test("a write is reported as soon as it is on disk, before anything else goes on", async () => {
  const events: string[] = [];
  const work = () => {
    events.push("work");
    queueMicrotask(() => events.push("something else"));
  };
  await played.writer.write(work, { onWritten: () => void events.push("written") });
  expect(events).toEqual(["work", "written", "something else"]);
});

test("trouble lasts until another write succeeds than one that uses the reserve, on a disk with space", async () => {
  const { database, space, writer } = played;
  database.run("PRAGMA query_only = ON");
  await expect(writer.write(() => database.run("PRAGMA user_version = 99"))).rejects.toMatchObject({
    name: "StoreUnavailable",
    outcome: "unchanged",
    cause: { code: "SQLITE_READONLY" },
    lacksSpaceFor: null,
  });
  await expectTrouble();
  database.run("PRAGMA query_only = OFF");
  await writer.write(() => undefined, { usesReserve: true });
  expect(writer.trouble).toBeInstanceOf(StoreUnavailable);
  space.bavail = 1024;
  await expectTrouble();
  space.bavail = 1024 ** 3;
  await writer.recover();
  expect(writer.trouble).toBeNull();
  rmSync(context.directory.reserve);
  space.bavail = 1024;
  await expectTrouble();
  const change = writer.write(() => undefined);
  await expect(change).rejects.toMatchObject({ outcome: "unchanged", lacksSpaceFor: "changes" });
});

test("on a full disk the -wal file is cut after each write that uses the reserve, until changes work", async () => {
  const { database, writer } = played;
  const full = { name: "StoreUnavailable", outcome: "unchanged", cause: { code: "SQLITE_FULL" } };
  const grow = () => database.run("INSERT INTO filler VALUES (randomblob(100000))");
  const walAfterRevocation = async () => {
    await writer.write(() => database.run("UPDATE filler SET bytes = NULL"), { usesReserve: true });
    return statSync(`${context.directory.database}-wal`).size;
  };
  database.run("CREATE TABLE filler (bytes BLOB)");
  database.run("PRAGMA max_page_count = 1");
  expect(await walAfterRevocation()).toBeGreaterThan(0);
  await expect(writer.write(grow)).rejects.toMatchObject({ ...full, lacksSpaceFor: "changes" });
  expect(await walAfterRevocation()).toBe(0);
  await writer.recover();
  expect(await walAfterRevocation()).toBeGreaterThan(0);
  const revocation = writer.write(grow, { usesReserve: true });
  await expect(revocation).rejects.toMatchObject({ ...full, lacksSpaceFor: "revocations" });
});

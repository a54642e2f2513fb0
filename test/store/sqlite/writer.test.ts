import { afterEach, describe, expect, jest, spyOn, test } from "bun:test";
import { rmSync, statSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { OpenedFiles } from "../../../src/store/sqlite/file/opened-files.ts";
import { Reserve } from "../../../src/store/sqlite/reserve.ts";
import { Writer } from "../../../src/store/sqlite/writer.ts";
import { StoreUnavailable } from "../../../src/tokens/token-store.ts";
import type { TestStore } from "../../support/store/store.ts";
import { useStore } from "../../support/store/use.ts";

const context = useStore();

afterEach(() => {
  jest.restoreAllMocks();
});

function writerOn(context: TestStore) {
  const database = context.connect();
  const { database: path, reserve } = context.directory;
  const writer = new Writer({ database, files: new OpenedFiles([path]), reserve: new Reserve(reserve) });
  return { database, writer };
}

describe("while another process writes", () => {
  test("one write tries, and the others queue behind it in order", async () => {
    const { database, writer } = writerOn(context);
    const other = context.connect();
    other.run("BEGIN IMMEDIATE");
    const transaction = spyOn(database, "transaction");
    const done: number[] = [];
    const writing = Array.from({ length: 64 }, (_, index) => writer.write(() => void done.push(index)));
    for (let turn = 0; turn < 5; turn += 1) await pause(10);
    const tries = transaction.mock.calls.length;
    expect(tries).toBeGreaterThan(0);
    expect(tries).toBeLessThan(64);
    expect(done).toEqual([]);
    other.run("COMMIT");
    await Promise.all(writing);
    expect(done).toEqual(Array.from({ length: 64 }, (_, index) => index));
  });

  test("a write that does not wait fails, which is no trouble", async () => {
    const { writer } = writerOn(context);
    const other = context.connect();
    other.run("BEGIN IMMEDIATE");
    await expect(writer.write(() => undefined, { patienceMs: 0 })).rejects.toMatchObject({
      name: "StoreUnavailable",
      cause: { code: "SQLITE_BUSY" },
    });
    expect(writer.trouble).toBeNull();
    other.run("COMMIT");
  });
});

test("a write that throws is undone, and the next one is made", async () => {
  const { database, writer } = writerOn(context);
  const failing = writer.write(() => {
    database.run("PRAGMA user_version = 99");
    throw new Error("a fault");
  });
  const next = writer.write(() => database.query("PRAGMA user_version").get());
  await expect(failing).rejects.toThrow("a fault");
  expect(await next).not.toEqual({ user_version: 99 });
  expect(writer.trouble).toBeNull();
});

test("trouble lasts until a write succeeds", async () => {
  const { database, writer } = writerOn(context);
  database.run("PRAGMA query_only = ON");
  await expect(writer.write(() => database.run("PRAGMA user_version = 99"))).rejects.toMatchObject({
    name: "StoreUnavailable",
    outcome: "unchanged",
    cause: { code: "SQLITE_READONLY" },
    lacksSpaceFor: null,
  });
  expect(writer.trouble).toBeInstanceOf(StoreUnavailable);
  await expect(writer.recover()).rejects.toBeInstanceOf(StoreUnavailable);
  database.run("PRAGMA query_only = OFF");
  await writer.recover();
  expect(writer.trouble).toBeNull();
});

test("that a write is on disk is told before anything else goes on", async () => {
  const { writer } = writerOn(context);
  const events: string[] = [];
  const work = () => {
    events.push("work");
    queueMicrotask(() => events.push("something else"));
  };
  await writer.write(work, { onWritten: () => void events.push("written") });
  expect(events).toEqual(["work", "written", "something else"]);
});

test("a write that uses the reserve does not end the trouble of others", async () => {
  const { database, writer } = writerOn(context);
  database.run("PRAGMA query_only = ON");
  const failing = writer.write(() => database.run("PRAGMA user_version = 99"));
  await expect(failing).rejects.toBeInstanceOf(StoreUnavailable);
  database.run("PRAGMA query_only = OFF");
  await writer.write(() => undefined, { usesReserve: true });
  expect(writer.trouble).toBeInstanceOf(StoreUnavailable);
  await writer.recover();
  expect(writer.trouble).toBeNull();
});

test("trouble lasts while the disk has little space, although a few bytes may fit", async () => {
  const database = context.connect();
  let free = 1024 ** 3;
  const space = () => ({ blocks: 9, bavail: free, bsize: 1 });
  const reserve = new Reserve(context.directory.reserve, space);
  const writer = new Writer({ database, files: new OpenedFiles([]), reserve });
  await writer.write(() => undefined);
  database.run("PRAGMA query_only = ON");
  await expect(writer.write(() => database.run("PRAGMA user_version = 99"))).rejects.toBeDefined();
  database.run("PRAGMA query_only = OFF");
  free = 1024;
  await expect(writer.recover()).rejects.toBeInstanceOf(StoreUnavailable);
  expect(writer.trouble).toBeInstanceOf(StoreUnavailable);
  free = 1024 ** 3;
  await writer.recover();
  expect(writer.trouble).toBeNull();
  rmSync(context.directory.reserve);
  free = 1024;
  await expect(writer.recover()).rejects.toBeInstanceOf(StoreUnavailable);
  expect(writer.trouble).toBeInstanceOf(StoreUnavailable);
});

describe("on a full disk", () => {
  const full = { name: "StoreUnavailable", outcome: "unchanged", cause: { code: "SQLITE_FULL" } };

  /** A writer whose database cannot grow, and a write that needs more space. */
  function fullWriter(context: TestStore) {
    const { database, writer } = writerOn(context);
    database.run("CREATE TABLE filler (bytes BLOB)");
    database.run("PRAGMA max_page_count = 1");
    return { database, writer, grow: () => database.run("INSERT INTO filler VALUES (randomblob(100000))") };
  }

  test("a failure says whether revocations lack space as well", async () => {
    const { writer, grow } = fullWriter(context);
    await expect(writer.write(grow)).rejects.toMatchObject({ ...full, lacksSpaceFor: "changes" });
    const revocation = writer.write(grow, { usesReserve: true });
    await expect(revocation).rejects.toMatchObject({ ...full, lacksSpaceFor: "revocations" });
  });

  test("the reserve that cannot be made is space that changes lack", async () => {
    const reserve = new Reserve(context.directory.reserve, () => ({ blocks: 9, bavail: 0, bsize: 1 }));
    const writer = new Writer({ database: context.connect(), files: new OpenedFiles([]), reserve });
    const change = writer.write(() => undefined);
    await expect(change).rejects.toMatchObject({ outcome: "unchanged", lacksSpaceFor: "changes" });
  });

  test("the -wal file is cut after each write that uses the reserve, until changes work again", async () => {
    const { database, writer, grow } = fullWriter(context);
    const walSize = () => statSync(`${context.directory.database}-wal`).size;
    const revoke = () => database.run("UPDATE filler SET bytes = NULL");
    await writer.write(revoke, { usesReserve: true });
    expect(walSize()).toBeGreaterThan(0);
    await expect(writer.write(grow)).rejects.toMatchObject(full);
    await writer.write(revoke, { usesReserve: true });
    expect(walSize()).toBe(0);
    await writer.recover();
    await writer.write(revoke, { usesReserve: true });
    expect(walSize()).toBeGreaterThan(0);
  });
});

import { afterEach, expect, jest, spyOn, test } from "bun:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { SqliteTokenStore } from "../../../src/store/sqlite/sqlite-token-store.ts";
import { digestOf } from "../../../src/tokens/secret/secret.ts";
import { newToken } from "../../support/new-token.ts";
import { Child } from "../../support/store/child.ts";
import { makeStore } from "../../support/store/data-directory.ts";
import { useDirectory, useStore } from "../../support/store/use.ts";

const directory = useDirectory();
const context = useStore();

afterEach(() => {
  jest.restoreAllMocks();
});

test("a change that waited for longer than a caller would is given up, and nothing of it is kept", async () => {
  const other = context.connect();
  other.run("BEGIN IMMEDIATE");
  let now = performance.now();
  const clock = spyOn(performance, "now").mockImplementation(() => {
    now += 2000;
    return now;
  });
  const adding = context.add(newToken("atok_1"));
  await expect(adding).rejects.toMatchObject({ name: "StoreUnavailable", cause: { code: "SQLITE_BUSY" } });
  expect(clock.mock.calls.length).toBeGreaterThan(3);
  other.run("COMMIT");
  await nextTurn();
  expect(context.store.isEmpty()).toBe(true);
  await context.add(newToken("atok_1"));
  expect(context.store.isEmpty()).toBe(false);
});

test("a store of today's schema is opened without waiting", () => {
  context.connect().run("BEGIN IMMEDIATE");
  SqliteTokenStore.open(context.directory).close();
});

test("reading goes on while another process writes, and sees what was committed before", async () => {
  await context.add(newToken("atok_1"));
  const description = () => [
    context.store.findById("atok_1")?.description,
    context.store.findByDigest(digestOf("atok_1"))?.token.description,
  ];
  const other = context.connect();
  other.run("BEGIN IMMEDIATE");
  other.run("UPDATE token SET description = 'half done'");
  expect(description()).toEqual([null, null]);
  other.run("COMMIT");
  expect(description()).toEqual(["half done", "half done"]);
});

test("a command that only reads waits where another process enters or leaves the store", async () => {
  makeStore(directory);
  const store = SqliteTokenStore.open(directory, null, "reading");
  await using other = new Child("commitChange", directory.path);
  expect(await other.line()).toBe("holding");
  other.goOn();
  expect(store.cursorKey).toHaveLength(32);
  store.close();
});

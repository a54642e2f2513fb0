import { afterEach, describe, expect, jest, spyOn, test } from "bun:test";
import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import { SqliteTokenStore } from "../../../src/store/sqlite/sqlite-token-store.ts";
import { digestOf } from "../../../src/tokens/secret/secret.ts";
import { StoreUnavailable } from "../../../src/tokens/token-store.ts";
import { newToken, tokenOf } from "../../support/new-token.ts";
import { Child } from "../../support/store/child.ts";
import { makeStore } from "../../support/store/data-directory.ts";
import { useDirectory, useStore } from "../../support/store/use.ts";

const directory = useDirectory();
const context = useStore();

afterEach(() => {
  jest.restoreAllMocks();
});

describe("while another process writes", () => {
  test("a change waits without holding up anything else, and is made once it can be", async () => {
    const other = context.connect();
    other.run("BEGIN IMMEDIATE");
    let isDone = false;
    const adding = context.add(newToken("atok_1")).finally(() => {
      isDone = true;
    });
    for (let turn = 0; turn < 3; turn += 1) await pause(1);
    expect(context.store.findById("atok_1")).toBeNull();
    expect(isDone).toBe(false);
    other.run("COMMIT");
    await adding;
    expect(isDone).toBe(true);
    expect(context.store.findById("atok_1")).toEqual(tokenOf("atok_1"));
  });

  test("a change that waited for longer than a caller would is given up, and nothing of it is kept", async () => {
    const other = context.connect();
    other.run("BEGIN IMMEDIATE");
    const began = performance.now();
    let looks = 0;
    spyOn(performance, "now").mockImplementation(() => {
      looks += 1;
      return began + looks * 2000;
    });
    const adding = context.add(newToken("atok_1"));
    await expect(adding).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(adding).rejects.toMatchObject({ cause: { code: "SQLITE_BUSY" } });
    expect(looks).toBeGreaterThan(3);
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

  test("reading goes on, and sees what was committed before", async () => {
    await context.add(newToken("atok_1"));
    const other = context.connect();
    other.run("BEGIN IMMEDIATE");
    other.run("UPDATE token SET description = 'half done'");
    expect(context.store.findById("atok_1")?.description).toBeNull();
    expect(context.store.findByDigest(digestOf("atok_1"))?.token.description).toBeNull();
    other.run("COMMIT");
    expect(context.store.findById("atok_1")?.description).toBe("half done");
  });
});

test("what another process commits is seen by the next look", async () => {
  const { token, secret } = await context.create();
  expect((await context.tokens.authenticate(secret)).token?.id).toBe(token.id);
  context.connect().run(`UPDATE token SET revoked_at = ${context.clock.now}`);
  expect((await context.tokens.authenticate(secret)).refusal).toBe("revoked");
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

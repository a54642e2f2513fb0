import { expect, test } from "bun:test";
import { makeLog } from "../../src/log/log.ts";
import { UsageFlushing } from "../../src/server/usage-flushing.ts";
import type { TestStore } from "../support/store/store.ts";
import { reported, UnsteadyUsageStore } from "../support/store/usage.ts";
import { useTestStore } from "../support/use-test-store.ts";

const context = useTestStore();

/** Often, so that tests need not wait; a try takes some 20 ms while another process writes. */
const EVERY_MS = 5;

/** Flushes the uses of a store, and what it says of it, as `warn` and `info` lines. */
function flushing(context: TestStore) {
  const lines: { readonly level: string; readonly message: string; readonly uses?: number }[] = [];
  const log = makeLog("info", { write: (line) => void lines.push(JSON.parse(line)) });
  return { lines, flushing: new UsageFlushing(context.usage, log, EVERY_MS, EVERY_MS) };
}

async function until(isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error("it did not come to that");
    await Bun.sleep(1);
  }
}

const CANNOT = "uses of tokens cannot be written now; they are kept in memory meanwhile";
const AGAIN = "uses of tokens are written again";
const LOST = "uses of tokens could not be written and are lost";

test("what is recorded is written soon, and nothing is said of it", async () => {
  const { token } = await context.create();
  const { lines, flushing: running } = flushing(context);
  for (let count = 0; count < 3; count += 1) {
    context.usage.record(token, "accepted");
    await until(() => context.usage.unwritten === 0);
  }
  await running.stop();
  expect((await reported(context.usage, "day")).buckets).toMatchObject([{ accepted: 3 }]);
  expect(lines).toEqual([]);
});

test("trouble is told once, however often it is tried again, and so is its end", async () => {
  const { token } = await context.create();
  const { lines, flushing: running } = flushing(context);
  const other = context.connect();
  for (let trouble = 1; trouble <= 2; trouble += 1) {
    other.run("BEGIN IMMEDIATE");
    context.usage.record(token, "accepted");
    await until(() => lines.length === 2 * trouble - 1);
    await Bun.sleep(100);
    other.run("COMMIT");
    await until(() => lines.length === 2 * trouble);
  }
  expect(lines.map(({ level, message }) => [level, message])).toEqual([
    ["warn", CANNOT],
    ["info", AGAIN],
    ["warn", CANNOT],
    ["info", AGAIN],
  ]);
  await running.stop();
  expect((await reported(context.usage, "day")).buckets).toMatchObject([{ accepted: 2 }]);
});

test("what failed is tried again sooner than what works is done again", async () => {
  const { token } = await context.create();
  const store = new UnsteadyUsageStore(context.store.usage);
  const usage = context.usageOn(store);
  const log = makeLog("silent", { write: () => undefined });
  const everyMs = 1000;
  const running = new UsageFlushing(usage, log, everyMs, 1);
  store.portionsLeft = 0;
  usage.record(token, "accepted");
  await until(() => store.failures > 0);
  const startedAt = performance.now();
  await until(() => store.failures > 20);
  expect(performance.now() - startedAt).toBeLessThan(20 * everyMs);
  store.portionsLeft = Number.POSITIVE_INFINITY;
  await running.stop();
});

test("stopping writes the last uses too that are not due yet", async () => {
  const { token } = await context.create();
  const { flushing: running } = flushing(context);
  context.usage.record(token, "accepted");
  await until(() => context.usage.unwritten === 0);
  context.clock.step(10);
  context.usage.record(token, "accepted");
  await until(() => context.usage.unwritten === 0);
  expect(context.store.findById(token.id)?.lastUsedAt).toBe(context.clock.now - 10);
  await running.stop();
  expect(context.store.findById(token.id)?.lastUsedAt).toBe(context.clock.now);
});

test("stopping writes what there is, and waits for another process that writes, for a while", async () => {
  const { token } = await context.create();
  const { lines, flushing: running } = flushing(context);
  const other = context.connect();
  other.run("BEGIN IMMEDIATE");
  context.usage.record(token, "accepted");
  const stopping = running.stop();
  await until(() => lines.length > 0);
  other.run("COMMIT");
  await stopping;
  expect(context.usage.unwritten).toBe(0);
  expect((await reported(context.usage, "day")).buckets).toMatchObject([{ accepted: 1 }]);
});

test("stopping says how much is lost where nothing can be written", async () => {
  const { token } = await context.create();
  const { lines, flushing: running } = flushing(context);
  context.connect().run("BEGIN IMMEDIATE");
  for (let count = 0; count < 3; count += 1) context.usage.record(token, "refused");
  await running.stop();
  expect(lines.map(({ message, uses }) => [message, uses])).toEqual([
    [CANNOT, undefined],
    [LOST, 3],
  ]);
});

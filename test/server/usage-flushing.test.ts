import { beforeEach, expect, test } from "bun:test";
import { makeLog } from "../../src/log/log.ts";
import { UsageFlushing } from "../../src/server/usage-flushing.ts";
import type { Token } from "../../src/tokens/token.ts";
import { until } from "../support/patience.ts";
import { reported, UnsteadyUsageStore } from "../support/store/usage.ts";
import { useTestStore } from "../support/use-test-store.ts";

const context = useTestStore();

/** Often, so that tests need not wait; a try takes some 20 ms while another process writes. */
const EVERY_MS = 5;

let token: Token;
let flushing: UsageFlushing;
/** The lines of the log. */
let lines: readonly Readonly<Record<string, unknown>>[];

beforeEach(async () => {
  ({ token } = await context.create());
  const written: (typeof lines)[number][] = [];
  lines = written;
  const log = makeLog("info", { write: (line) => void written.push(JSON.parse(line)) });
  flushing = new UsageFlushing(context.usage, log, EVERY_MS, EVERY_MS);
});

async function useAndFlush(): Promise<void> {
  context.usage.record(token, "accepted");
  await until(() => context.usage.unwritten === 0);
}

const CANNOT = "uses of tokens cannot be written now; they are kept in memory meanwhile";
const AGAIN = "uses of tokens are written again";
const LOST = "uses of tokens could not be written and are lost";

test("uses are written soon, and nothing is logged of it", async () => {
  for (let count = 0; count < 3; count += 1) await useAndFlush();
  await flushing.stop();
  expect((await reported(context.usage, "day")).buckets).toMatchObject([{ accepted: 3 }]);
  expect(lines).toEqual([]);
});

test("trouble is logged once, however often it is tried again, and so is its end", async () => {
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
  await flushing.stop();
  expect((await reported(context.usage, "day")).buckets).toMatchObject([{ accepted: 2 }]);
});

test("a flush that failed is tried again sooner than the next regular one", async () => {
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
  await Promise.all([running.stop(), flushing.stop()]);
});

test("stopping writes the last uses too that are not due yet", async () => {
  await useAndFlush();
  context.clock.step(10);
  await useAndFlush();
  expect(context.store.findById(token.id)?.lastUsedAt).toBe(context.clock.now - 10);
  await flushing.stop();
  expect(context.store.findById(token.id)?.lastUsedAt).toBe(context.clock.now);
});

test("stopping writes all uses, and waits for another process that writes, for a while", async () => {
  const other = context.connect();
  other.run("BEGIN IMMEDIATE");
  context.usage.record(token, "accepted");
  const stopping = flushing.stop();
  await until(() => lines.length > 0);
  other.run("COMMIT");
  await stopping;
  expect(context.usage.unwritten).toBe(0);
  expect((await reported(context.usage, "day")).buckets).toMatchObject([{ accepted: 1 }]);
});

test("stopping logs how many uses are lost where nothing can be written", async () => {
  context.connect().run("BEGIN IMMEDIATE");
  for (let count = 0; count < 3; count += 1) context.usage.record(token, "refused");
  await flushing.stop();
  expect(lines.map(({ message, uses }) => [message, uses])).toEqual([
    [CANNOT, undefined],
    [LOST, 3],
  ]);
});

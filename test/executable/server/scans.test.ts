import { afterAll, beforeAll, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { RunningServer } from "../../support/executable/executable.ts";
import { canTrace, whileFailing } from "../../support/executable/strace.ts";
import { RawConnection, rawRequest } from "../../support/http/raw-connection.ts";
import { until } from "../../support/patience.ts";
import { manyTokens, writeTokens } from "../../support/store/many-tokens.ts";

/** So many that a list by pattern takes a while. */
const TOKENS = 20_000;

/** How many descriptors the readers of the store may have open: the file, its -wal and its -shm, twice. */
const READER_DESCRIPTORS = 6;

/** How long a stopping server waits for open requests, in milliseconds. */
const DRAIN_MS = 5000;

/** Patterns without a text that SQL could look for. They match nothing, and make a list slow. */
const SLOW = Array.from({ length: 45 }, () => ({ key: "description", regex: { pattern: "[^ -~]" } }));

/** A list that looks at every token, and finds a few. */
const LIST = {
  filters: [{ or: [...SLOW, { key: "description", regex: { pattern: "Service 1234[0-9]? on " } }] }],
  sorts: [{ key: "description", direction: "desc" }],
};

const FOUND = Array.from({ length: 10 }, (_, index) => `Service 1234${9 - index}`);

let server: RunningServer;

beforeAll(async () => {
  server = await RunningServer.start();
  writeTokens(server.dataDir, manyTokens(TOKENS));
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

function descriptors(): number {
  return readdirSync(`/proc/${server.child.pid}/fd`).length;
}

/** The most memory that the server ever had, in MB. */
function peakMemory(): number {
  const status = readFileSync(`/proc/${server.child.pid}/status`, "utf8");
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

function answered(status: number): number {
  return server.stderr.split(`api-token/list","status":${status}`).length - 1;
}

/** The descriptions that a list finds, without those of revoked tokens. */
async function found(): Promise<readonly string[]> {
  const { status, json } = await server.call("api-token/list", LIST);
  expect(status).toBe(200);
  return json.data.map(({ description }: { description: string }) => description.split(" on ")[0]);
}

test("lists that nobody waits for cost nothing that stays", async () => {
  const expected = FOUND.filter((name) => !name.endsWith("9"));
  expect(await found()).toEqual(expected);
  const [before, idle] = [peakMemory(), descriptors()];
  const count = 300;
  for (let sent = 0; sent < count; sent += 1) {
    const connection = await RawConnection.open(server.url);
    connection.send(rawRequest("api-token/list", server.firstToken, LIST));
    if (sent % 3 === 0) await Bun.sleep(4);
    connection[Symbol.dispose]();
  }
  await until(() => answered(200) + answered(503) >= 2);
  expect((await server.call("api-token/current")).status).toBe(200);
  while ((await server.call("api-token/list", LIST)).status === 503) await Bun.sleep(50);
  expect(await found()).toEqual(expected);
  await until(() => descriptors() <= idle + READER_DESCRIPTORS);
  expect(peakMemory() - before).toBeLessThan(300);
});

test("more lists at once than wait in the queue are a 503 with Retry-After; cheap ones and those of other tokens are not", async () => {
  const other = await server.call("api-token/create", { access: "read" });
  const lists = Array.from({ length: 60 }, () => server.call("api-token/list", LIST));
  const cheap = [server.call("api-token/list"), server.call("api-token/current")];
  const long = server.call("api-token/summary", {}, other.json.token);
  expect((await Promise.all([...cheap, long])).map(({ status }) => status)).toEqual([200, 200, 200]);
  const answers = await Promise.all(lists);
  const refused = answers.filter(({ status }) => status === 503);
  expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(7);
  expect(refused.length).toBeGreaterThan(0);
  expect(answers.every(({ status }) => status === 200 || status === 503)).toBe(true);
  for (const { headers, json } of refused) {
    expect(headers.get("retry-after")).toBe("5");
    expect(json.error).toMatchObject({ code: "unavailable", data: {} });
    expect(json.error.message).toBe("Too many long reads are under way; try again soon");
  }
});

test("a server that stops ends scans under way, and leaves one file", async () => {
  const lists = Array.from({ length: 18 }, () => server.call("api-token/list", LIST).catch(() => null));
  const begun = answered(200);
  await until(() => answered(200) > begun);
  const start = performance.now();
  expect(await server.stop()).toBe(0);
  expect(performance.now() - start).toBeLessThan(DRAIN_MS);
  const ended = (await Promise.all(lists)).filter((answer) => answer?.status === 503);
  expect(ended.length).toBeGreaterThan(0);
  expect(readdirSync(server.dataDir).filter((name) => name.endsWith("-wal"))).toEqual([]);
});

test.skipIf(!canTrace("scans where a sandbox forbids priorities"))(
  "long reads work where a sandbox forbids priorities, as the systemd unit does",
  async () => {
    await using sandboxed = await RunningServer.start();
    await whileFailing(sandboxed.child.pid, "setpriority:error=EPERM", async () => {
      expect((await sandboxed.call("api-token/summary")).status).toBe(200);
    });
  },
);

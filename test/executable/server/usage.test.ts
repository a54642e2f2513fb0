import { expect, test } from "bun:test";
import { RunningServer, run } from "../../support/executable/executable.ts";
import { canTrace, SystemCalls } from "../../support/executable/strace.ts";
import { SmallDisk } from "../../support/store/small-disk.ts";

interface Holder {
  readonly id: string;
  readonly token: string;
}

async function created(server: RunningServer): Promise<Holder> {
  return (await server.call("api-token/create", { access: "read" })).json;
}

async function use(server: RunningServer, { token }: Holder, times: number): Promise<void> {
  for (let count = 0; count < times; count += 1) {
    const { status } = await server.call("api-token/current", {}, token);
    expect(status).toBe(200);
  }
}

/** The accepted uses of a token and its last use, by the API. */
async function usesOf(server: RunningServer, { id }: Holder) {
  const { json } = await server.call("api-token/usage", { id, bucket: "day" });
  const { last_used_at: lastUsedAt } = (await server.call("api-token/get", { id })).json;
  const accepted = json.buckets.reduce(
    (total: number, each: { accepted: number }) => total + each.accepted,
    0,
  );
  return { accepted, lastUsedAt };
}

const isMoment = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);

test("a use shows at once, a kill loses the uses that were not flushed, and a stop loses none", async () => {
  await using server = await RunningServer.start();
  const holder = await created(server);
  expect(await usesOf(server, holder)).toEqual({ accepted: 0, lastUsedAt: null });
  await use(server, holder, 3);
  expect(await usesOf(server, holder)).toEqual({ accepted: 3, lastUsedAt: isMoment });
  // Last uses are written for who sorts by them.
  await server.call("api-token/list", { sorts: [{ key: "last_used_at" }] });
  await use(server, holder, 2);
  expect((await usesOf(server, holder)).accepted).toBe(5);
  await server.stop("SIGKILL");
  const check = await run(["check"], { cwd: server.cwd });
  expect(check.stdout).toContain("is sound");
  await using again = await RunningServer.start({ cwd: server.cwd });
  const { accepted, lastUsedAt } = await usesOf(again, holder);
  expect(accepted).toBeWithin(3, 6);
  expect(lastUsedAt).toEqual(isMoment);
  await use(again, holder, 5);
  expect(await again.stop()).toBe(0);
  await using third = await RunningServer.start({ cwd: server.cwd });
  expect((await usesOf(third, holder)).accepted).toBe(accepted + 5);
});

test("commands count nothing, and neither does a given first token at the start", async () => {
  await using server = await RunningServer.start();
  const token = server.firstToken;
  const { id } = (await server.call("api-token/current")).json;
  await server.call("api-token/revoke", { id });
  expect(await server.stop()).toBe(0);
  const made = await run(["token", "create", "--access", "read", "--json"], { cwd: server.cwd });
  const holder: Holder = JSON.parse(made.stdout);
  const verified = await run(["token", "verify"], { cwd: server.cwd, stdin: holder.token });
  expect(verified.exitCode).toBe(0);
  await using again = await RunningServer.start({ cwd: server.cwd, env: { PUBLISHER_FIRST_TOKEN: token } });
  const counted = async (of: string) => {
    const answer = await again.call("api-token/usage", { id: of, bucket: "day" }, holder.token);
    return answer.json.buckets.map(({ accepted, refused }: Record<string, number>) => [accepted, refused]);
  };
  expect(await counted(id)).toEqual([[2, 0]]);
  // The two questions alone, each of which is counted before it is answered.
  expect(await counted(holder.id)).toEqual([[2, 0]]);
});

const disk = SmallDisk.mount();
if (disk === null)
  process.stderr.write("skipped, as nothing may be mounted: what a full disk does to usage\n");
disk?.[Symbol.dispose]();

test.skipIf(disk === null)(
  "on a full disk requests go on, and their uses are written once there is space",
  async () => {
    using small = SmallDisk.mount();
    await using server = await RunningServer.start({ cwd: small?.path ?? "" });
    const holder = await created(server);
    small?.fill();
    await use(server, holder, 10);
    expect(await usesOf(server, holder)).toEqual({ accepted: 10, lastUsedAt: isMoment });
    small?.free();
    expect(await server.stop()).toBe(0);
    expect(server.stderr).not.toContain("are lost");
    await using again = await RunningServer.start({ cwd: server.cwd });
    expect(await usesOf(again, holder)).toEqual({ accepted: 10, lastUsedAt: isMoment });
  },
);

const CALLS = ["fsync", "fdatasync", "pwrite64", "recvfrom"];

test.skipIf(!canTrace("whether a request that reads writes"))(
  "a thousand requests that read write no more than a flush now and then",
  async () => {
    using trace = new SystemCalls();
    await using server = await RunningServer.start({ under: trace.under(CALLS) });
    const holder = await created(server);
    await server.call("api-token/list", { pagination: { limit: 1 } });
    const startedAt = performance.now();
    await use(server, holder, 1000);
    const flushes = Math.ceil((performance.now() - startedAt) / 60_000);
    await server.call("api-token/list", { pagination: { limit: 2 } });
    await server.stop();
    const calls = trace.of(server.child.pid);
    const isRequest = (call: string) => call.startsWith("recvfrom(") && call.includes("POST /publisher.v1");
    const first = calls.findIndex((call) => isRequest(call) && call.includes("/current"));
    const last = calls.findLastIndex((call) => isRequest(call) && call.includes("/current"));
    const between = calls.slice(first, last);
    expect(between.filter(isRequest)).toHaveLength(999);
    const isSync = (call: string) => /^f(data)?sync\(\d+<[^>]*publisher\.db/.test(call);
    const isWrite = (call: string) => /^pwrite64\(\d+<[^>]*publisher\.db/.test(call);
    for (const isOne of [isSync, isWrite]) expect(calls.slice(last).filter(isOne)).not.toEqual([]);
    expect(between.filter(isSync).length).toBeLessThanOrEqual(2 * flushes);
    expect(between.filter(isWrite).length).toBeLessThanOrEqual(40 * flushes);
  },
);

import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { RunningServer, run } from "../../support/executable/executable.ts";
import { canTrace, whileFailing } from "../../support/executable/strace.ts";
import type { Answer } from "../../support/http/api.ts";
import { TEST_LIMIT_MS, until } from "../../support/patience.ts";
import { FailingDisk } from "../../support/store/failing-disk.ts";
import { SmallDisk } from "../../support/store/small-disk.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const UNCHANGED = "The store cannot be changed now. Nothing was changed; try again later";

function expectUnavailable({ status, headers, json }: Answer, data = {}): void {
  expect(status).toBe(503);
  expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
  const message = "outcome" in data ? expect.any(String) : UNCHANGED;
  expect(json).toEqual({
    error: { code: "unavailable", message, data, trace_id: headers.get("trace-id") },
  });
}

async function expectReady(server: RunningServer, changes: number): Promise<void> {
  expect((await fetch(`${server.url}/readyz`)).status).toBe(changes);
  expect((await fetch(`${server.url}/readyz/reads`)).status).toBe(200);
}

/** A list, but for the last uses of its tokens, which are told before they are written. */
function withoutUses({ json }: Answer): unknown {
  return json.data.map((token: object) => ({ ...token, last_used_at: null }));
}

/** Creations are refused, and everything is as it was; reading goes on. */
async function expectNoCreation(server: RunningServer): Promise<void> {
  const before = withoutUses(await server.call("api-token/list"));
  for (let count = 0; count < 3; count += 1)
    expectUnavailable(
      await server.call("api-token/create", { access: "write", description: "x".repeat(500) }),
    );
  const after = await server.call("api-token/list");
  expect(after.status).toBe(200);
  expect(withoutUses(after)).toEqual(before);
  await expectReady(server, 503);
}

/** The answer to the revocation of a token that has no descendants. */
const PENDING = { outcome: "pending", pending_token: true, pending_descendants: 0 };

/** A revocation that cannot be stored holds all the same as long as the server runs. */
async function expectRefusedInMemory(
  server: RunningServer,
  { id, token }: { id: string; token: string },
): Promise<void> {
  for (let count = 0; count < 2; count += 1)
    expectUnavailable(await server.call("api-token/revoke", { id }), PENDING);
  expect((await server.call("api-token/current", {}, token)).status).toBe(401);
}

/** The revocation is stored without being asked for again. */
async function expectStoredLater(server: RunningServer, id: string): Promise<void> {
  const events = async () =>
    (await server.call("audit-event/list", { filters: [{ key: "target", eq: id }] })).json.data;
  await until(async () => (await events()).length === 2);
  expect(await events()).toMatchObject([{ action: "api-token.revoke" }, { action: "api-token.create" }]);
  await expectReady(server, 200);
}

/** The same server takes changes again, and its store is sound. */
async function expectRecovered(server: RunningServer, id: string): Promise<void> {
  const made = await server.call("api-token/create", { access: "read" });
  expect(made.status).toBe(200);
  expect((await server.call("api-token/current", {}, made.json.token)).status).toBe(200);
  expect((await server.call("api-token/revoke", { id })).json.status).toBe("revoked");
  const check = await run(["check"], { cwd: server.cwd });
  expect(check.stdout).toContain("is sound");
}

const disk = SmallDisk.mount();
if (disk === null) process.stderr.write("skipped, as nothing may be mounted: what a full disk does\n");
disk?.[Symbol.dispose]();

describe.skipIf(disk === null)("a full disk", () => {
  let small: SmallDisk | null = null;
  beforeEach(() => {
    small = SmallDisk.mount();
  });
  afterEach(() => small?.[Symbol.dispose]());

  const cwd = () => small?.path ?? "";
  const start = async () => await RunningServer.start({ cwd: cwd() });
  const create = async (server: RunningServer, access = "read") =>
    (await server.call("api-token/create", { access })).json;

  test("is noticed before a change fails", async () => {
    await using server = await start();
    small?.fill();
    await until(async () => (await fetch(`${server.url}/readyz`)).status === 503);
    small?.free();
    await until(async () => (await fetch(`${server.url}/readyz`)).status === 200);
  });

  test("refuses changes, but revokes, until there is space again", async () => {
    await using server = await start();
    const made = await create(server);
    small?.fill();
    await expectNoCreation(server);
    const command = await run(["token", "create", "--access", "read"], { cwd: server.cwd });
    expect({ exitCode: command.exitCode, stdout: command.stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(command.stderr).toBe(
      `publisher: The store cannot be changed now: the disk of ${server.dataDir} is nearly full: free 5 MiB there. ` +
        'Nothing was changed. "publisher token revoke" may still work.\n',
    );
    expect((await server.call("api-token/revoke", { id: made.id })).json.status).toBe("revoked");
    expect((await server.call("api-token/current", {}, made.token)).status).toBe(401);
    // The space that the revocation made is not for creations.
    await expectNoCreation(server);
    small?.free();
    await expectRecovered(server, made.id);
    expect(await server.stop()).toBe(0);
    expect(server.stderr).toContain("is nearly full: free 5 MiB there");
  });

  test("does not keep a write token that filled the disk from being revoked, with all that it created", async () => {
    await using server = await start();
    const thief = await create(server, "write");
    const description = "x".repeat(500);
    const secrets: string[] = [];
    for (let status = 200; status === 200; ) {
      const made = await server.call("api-token/create", { access: "read", description }, thief.token);
      status = made.status;
      if (status === 200) secrets.push(made.json.token);
    }
    expect(secrets.length).toBeGreaterThan(1000);
    const revoked = await server.call("api-token/revoke", { id: thief.id, descendants: true });
    expect({ status: revoked.status, of: revoked.json.status }).toEqual({ status: 200, of: "revoked" });
    const some = [thief.token, secrets[0] ?? "", secrets.at(-1) ?? ""];
    for (const token of some) expect((await server.call("api-token/current", {}, token)).status).toBe(401);
    expect(await server.stop()).toBe(0);
    expect(server.stderr).not.toContain("revocations could not be stored");
    await using again = await start();
    for (const token of some) expect((await again.call("api-token/current", {}, token)).status).toBe(401);
  });

  test("that is filled again after each revocation refuses in memory at last, and goes on", async () => {
    await using server = await start();
    const made = [];
    for (let count = 0; count < 40; count += 1) made.push(await create(server));
    const statuses: number[] = [];
    for (const { id } of made) {
      small?.fill();
      statuses.push((await server.call("api-token/revoke", { id })).status);
    }
    expect(statuses[0]).toBe(200);
    expect(statuses.at(-1)).toBe(503);
    const command = await run(["token", "revoke", made.at(-1)?.id ?? ""], { cwd: server.cwd });
    expect(command.stderr).toBe(
      "publisher: The store cannot be changed now: there is no space left. Nothing was changed. The token still works. " +
        "If a server runs, revoke the token on its admin page or by the API: it then refuses the token at once. " +
        "Or free 5 MiB on the disk, and try again.\n",
    );
    for (const { token } of made)
      expect((await server.call("api-token/current", {}, token)).status).toBe(401);
    expect(await server.stop()).toBe(0);
  });

  test("revokes also without its reserve", async () => {
    await using server = await start();
    const made = await create(server);
    rmSync(join(server.dataDir, "reserve"));
    small?.fill();
    expect((await server.call("api-token/revoke", { id: made.id })).json.status).toBe("revoked");
  });

  test("lets a stopped server start again, verify and revoke", async () => {
    await using server = await start();
    const made = await create(server);
    small?.fill();
    expect(await server.stop()).toBe(0);
    small?.fill();
    await using again = await start();
    expect(again.stdout).toContain(
      `Changes cannot be stored now: the disk of ${again.dataDir} is nearly full`,
    );
    // Most of the reserve stays for revocations.
    expect(statSync(join(again.dataDir, "reserve")).size).toBeGreaterThan(3_500_000);
    expect((await again.call("api-token/current", {}, made.token)).status).toBe(200);
    await expectNoCreation(again);
    expect((await again.call("api-token/revoke", { id: made.id })).json.status).toBe("revoked");
    small?.free();
    await expectRecovered(again, made.id);
  });

  test("lets a server start also after revocations used the reserve and their space is taken", async () => {
    await using server = await start();
    const made = await create(server);
    small?.fill();
    expect((await server.call("api-token/revoke", { id: made.id })).json.status).toBe("revoked");
    expect(statSync(join(server.dataDir, "reserve")).size).toBe(64 * 1024);
    small?.fill();
    expect(await server.stop()).toBe(0);
    small?.fill();
    await using again = await start();
    expect((await again.call("api-token/current")).status).toBe(200);
    expect((await again.call("api-token/current", {}, made.token)).status).toBe(401);
    await expectReady(again, 503);
    small?.free();
    await until(async () => (await fetch(`${again.url}/readyz`)).status === 200);
    expect(statSync(join(again.dataDir, "reserve")).size).toBeGreaterThan(64 * 1024);
  });

  test("does not keep a server from stopping as it should, with all that was acknowledged", async () => {
    await using server = await start();
    const description = "x".repeat(500);
    for (let count = 0; count < 15; count += 1)
      await server.call("api-token/create", { access: "read", description });
    small?.fill();
    expect(await server.stop()).toBe(0);
    expect(server.stderr.split("\n").filter((line) => !line.startsWith("{"))).toEqual([""]);
    small?.free();
    await using again = await start();
    expect((await again.call("api-token/list")).json.data).toHaveLength(16);
  });

  test("keeps a server from starting, which says so", async () => {
    small?.fill();
    const { exitCode, stdout, stderr } = await run(["serve", "--port", "0"], { cwd: cwd() });
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(
      /^publisher: The (data directory|store) \S+\/data\S* cannot be .*no space left\.( Free at least 1 MB on its disk, and try again\.)?\n$/,
    );
    small?.free();
    await using server = await start();
    expect((await server.call("api-token/list")).status).toBe(200);
  });
});

/** Faults below SQLite, in the words of strace. */
const UNKNOWN = { outcome: "unknown" };
const FAULTS: readonly (readonly [fault: string, outcome: object])[] = [
  ["fsync,fdatasync:error=EIO", UNKNOWN],
  ["pwrite64:error=EIO", UNKNOWN],
  ["pwrite64:error=ENOSPC", {}],
  ["pwrite64:error=EIO:when=3+", UNKNOWN],
];

const tracing = canTrace("what a failing disk does");

describe.skipIf(!tracing)("a failing disk refuses changes alone, until it works again", () => {
  test.each(FAULTS)("%s", async (fault, outcome) => {
    await using server = await RunningServer.start();
    const made = (await server.call("api-token/create", { access: "read" })).json;
    await whileFailing(server.child.pid, fault, async () => {
      expectUnavailable(await server.call("api-token/create", { access: "read" }), outcome);
      if (fault.includes("when")) return;
      await expectReady(server, 503);
      await expectRefusedInMemory(server, made);
      expect((await server.call("api-token/get", { id: made.id })).json.status).toBe("revoked");
    });
    if (!fault.includes("when")) await expectStoredLater(server, made.id);
    await expectRecovered(server, made.id);
    expect(await server.stop()).toBe(0);
    await using again = await RunningServer.start({ cwd: server.cwd });
    const filters = [{ key: "status", in: ["active", "revoked"] }];
    expect((await again.call("api-token/list", { filters })).json.data).toHaveLength(3);
  });
});

describe.skipIf(!tracing)("a change whose sync failed is undone, also after a crash", () => {
  test.each(["create", "update", "rotate"])("%s", async (name) => {
    await using server = await RunningServer.start();
    const made = (await server.call("api-token/create", { access: "read", description: "before" })).json;
    const bodies: Record<string, object> = {
      create: { access: "read" },
      update: { id: made.id, description: "after" },
      rotate: { id: made.id, overlap_seconds: 0 },
    };
    const before = withoutUses(await server.call("api-token/list"));
    await whileFailing(server.child.pid, "fsync,fdatasync:error=EIO", async () => {
      expectUnavailable(await server.call(`api-token/${name}`, bodies[name]), { outcome: "unknown" });
      expect(withoutUses(await server.call("api-token/list"))).toEqual(before);
      await server.stop("SIGKILL");
    });
    await using again = await RunningServer.start({ cwd: server.cwd });
    expect(withoutUses(await again.call("api-token/list"))).toEqual(before);
    expect((await again.call("api-token/current", {}, made.token)).status).toBe(200);
    expect((await run(["check"], { cwd: server.cwd })).stdout).toContain("is sound");
  });
});

test.skipIf(!canTrace("what a slow disk does"))("a slow disk does not spoil the end of the log", async () => {
  await using server = await RunningServer.start();
  // The first sync of each thread: the create's, and that of the log as it ends.
  await whileFailing(server.child.pid, "fsync:delay_enter=200000:when=1", async () => {
    expect((await server.call("api-token/create", { access: "read" })).status).toBe(200);
    expect(await server.stop()).toBe(0);
  });
  const lines = server.stderr.trimEnd().split("\n");
  expect(lines.filter((line) => !line.startsWith("{"))).toEqual([]);
  expect(lines.at(-1)).toContain('"message":"stopped"');
});

/** The faults of a disk that turns read-only, in the words of strace. */
const READ_ONLY = "pwrite64,truncate,unlink,unlinkat:error=EROFS";

describe("a disk that turns read-only while a server runs", () => {
  async function expectRefused(server: RunningServer, made: { id: string; token: string }): Promise<void> {
    expectUnavailable(await server.call("api-token/revoke", { id: made.id }), PENDING);
    expect((await server.call("api-token/current", {}, made.token)).status).toBe(401);
    await expectReady(server, 503);
  }

  const failing = FailingDisk.mount();
  if (failing === null)
    process.stderr.write("skipped, as no ext4 may be mounted here: what a read-only disk does\n");
  failing?.[Symbol.dispose]();

  test.skipIf(failing === null)("the first revocation is refused in memory", async () => {
    using disk = FailingDisk.mount();
    await using server = await RunningServer.start({ cwd: disk?.path ?? "" });
    const made = (await server.call("api-token/create", { access: "read" })).json;
    disk?.turnReadOnly();
    await expectRefused(server, made);
    await server.stop();
    expect(server.stderr).toContain("revocations could not be stored");
  });

  test.skipIf(!tracing)("a revocation is stored once the disk works again", async () => {
    await using server = await RunningServer.start();
    const made = (await server.call("api-token/create", { access: "read" })).json;
    await whileFailing(server.child.pid, READ_ONLY, async () => await expectRefused(server, made));
    await expectStoredLater(server, made.id);
    await expectRecovered(server, made.id);
  });
});

import { Database } from "bun:sqlite";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { RunningServer } from "../../support/executable/executable.ts";
import { canTrace, whileFailing } from "../../support/executable/strace.ts";
import type { Answer } from "../../support/http/api.ts";
import { TEST_LIMIT_MS, until } from "../../support/patience.ts";
import { FailingDisk } from "../../support/store/failing-disk.ts";
import { manyTokens, writeTokens } from "../../support/store/many-tokens.ts";
import { SmallDisk } from "../../support/store/small-disk.ts";
import { type StoreTerminal, useDiskTerminal, useTerminal } from "../../support/store/store-terminal.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const terminal = useTerminal();

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

async function untilReady({ url }: RunningServer, changes = 200): Promise<void> {
  await until(async () => (await fetch(`${url}/readyz`)).status === changes);
}

type Made = Readonly<Record<"id" | "token", string>>;

async function create(server: RunningServer, access = "read"): Promise<Made> {
  return (await server.call("api-token/create", { access })).json;
}

async function expectRefused(server: RunningServer, secrets: readonly string[]): Promise<void> {
  for (const secret of secrets) expect((await server.call("api-token/current", {}, secret)).status).toBe(401);
}

async function expectRevoked(server: RunningServer, { id, token }: Made): Promise<void> {
  expect((await server.call("api-token/revoke", { id })).json.status).toBe("revoked");
  expect((await server.call("api-token/current", {}, token)).status).toBe(401);
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
async function expectRefusedInMemory(server: RunningServer, { id, token }: Made): Promise<void> {
  for (let count = 0; count < 2; count += 1)
    expectUnavailable(await server.call("api-token/revoke", { id }), PENDING);
  expect((await server.call("api-token/current", {}, token)).status).toBe(401);
  await expectReady(server, 503);
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
async function expectRecovered(server: RunningServer, terminal: StoreTerminal): Promise<void> {
  const { id, token } = await create(server);
  expect((await server.call("api-token/current", {}, token)).status).toBe(200);
  expect((await server.call("api-token/revoke", { id })).json.status).toBe("revoked");
  expect(await terminal.done("check")).toContain("is sound");
}

const hasDisk = SmallDisk.canMount("a full disk");

describe.skipIf(!hasDisk)("a full disk", () => {
  const small = useDiskTerminal();

  test("is noticed before a change fails, and refuses changes, but revokes, until there is space again", async () => {
    await using server = await small.serve();
    const made = await create(server);
    small.disk.fill();
    await untilReady(server, 503);
    await expectNoCreation(server);
    expect(await small.refusal("token create --access read")).toBe(
      `publisher: The store cannot be changed now: the disk of ${server.dataDir} is nearly full: free 5 MiB there. ` +
        'Nothing was changed. "publisher token revoke" may still work.\n',
    );
    await expectRevoked(server, made);
    // The space that the revocation made is not for creations.
    await expectNoCreation(server);
    small.disk.free();
    await untilReady(server);
    await expectRecovered(server, small);
    expect(await server.stop()).toBe(0);
    expect(server.stderr).toContain("is nearly full: free 5 MiB there");
  });

  test("refuses changes, but not a revocation that waits between them", async () => {
    await using server = await small.serve();
    const made = await create(server);
    small.disk.fill();
    const creations = () =>
      Array.from({ length: 8 }, () => server.call("api-token/create", { access: "read" }));
    const [before, revoked, after] = [
      creations(),
      server.call("api-token/revoke", { id: made.id }),
      creations(),
    ];
    expect((await revoked).json.status).toBe("revoked");
    for (const answer of await Promise.all([...before, ...after])) expectUnavailable(answer);
    await expectRefused(server, [made.token]);
    expect((await server.call("api-token/list")).json.data).toMatchObject([{ description: "First token" }]);
  });

  test("does not keep a write token that filled the disk from being revoked, with all that it created", async () => {
    await using server = await small.serve();
    const thief = await create(server, "write");
    const body = { access: "read", description: "x".repeat(500) };
    const secrets: string[] = [];
    for (let status = 200; status === 200; ) {
      const made = await server.call("api-token/create", body, thief.token);
      status = made.status;
      if (status === 200) secrets.push(made.json.token);
    }
    expect(secrets.length).toBeGreaterThan(1000);
    const revoked = await server.call("api-token/revoke", { id: thief.id, descendants: true });
    expect({ status: revoked.status, of: revoked.json.status }).toEqual({ status: 200, of: "revoked" });
    const some = [thief.token, secrets[0] ?? "", secrets.at(-1) ?? ""];
    await expectRefused(server, some);
    expect(await server.stop()).toBe(0);
    expect(server.stderr).not.toContain("revocations could not be stored");
    await using again = await small.serve();
    await expectRefused(again, some);
  });

  test("that is filled again after each revocation refuses in memory at last, and goes on", async () => {
    await using server = await small.serve();
    const made: Made[] = [];
    for (let count = 0; count < 40; count += 1) made.push(await create(server));
    const statuses: number[] = [];
    for (const { id } of made) {
      small.disk.fill();
      statuses.push((await server.call("api-token/revoke", { id })).status);
    }
    expect([statuses[0], statuses.at(-1)]).toEqual([200, 503]);
    expect(await small.refusal(`token revoke ${made.at(-1)?.id}`)).toBe(
      "publisher: The store cannot be changed now: there is no space left. Nothing was changed. The token still works. " +
        "If a server runs, revoke the token on its admin page or by the API: it then refuses the token at once. " +
        "Or free 5 MiB on the disk, and try again.\n",
    );
    await expectRefused(
      server,
      made.map(({ token }) => token),
    );
    expect(await server.stop()).toBe(0);
  });

  test("revokes also without its reserve", async () => {
    await using server = await small.serve();
    const made = await create(server);
    rmSync(join(server.dataDir, "reserve"));
    small.disk.fill();
    await expectRevoked(server, made);
  });

  test("lets a server stop as it should, start again with everything acknowledged, verify and revoke", async () => {
    await using server = await small.serve();
    const made = await create(server);
    const description = "x".repeat(500);
    for (let count = 0; count < 15; count += 1)
      await server.call("api-token/create", { access: "read", description });
    small.disk.fill();
    expect(await server.stop()).toBe(0);
    expect(server.stderr.split("\n").filter((line) => !line.startsWith("{"))).toEqual([""]);
    small.disk.fill();
    await using again = await small.serve();
    expect(again.stdout).toContain(`Changes cannot be stored now: the disk of ${again.dataDir} is nearly`);
    // Most of the reserve stays for revocations.
    expect(statSync(join(again.dataDir, "reserve")).size).toBeGreaterThan(3_500_000);
    expect((await again.call("api-token/list")).json.data).toHaveLength(17);
    expect((await again.call("api-token/current", {}, made.token)).status).toBe(200);
    await expectNoCreation(again);
    await expectRevoked(again, made);
    // Without the space that the revocation made, it starts as well.
    expect(statSync(join(again.dataDir, "reserve")).size).toBe(64 * 1024);
    small.disk.fill();
    expect(await again.stop()).toBe(0);
    small.disk.fill();
    await using third = await small.serve();
    expect((await third.call("api-token/current")).status).toBe(200);
    expect((await third.call("api-token/current", {}, made.token)).status).toBe(401);
    await expectReady(third, 503);
    small.disk.free();
    await untilReady(third);
    expect(statSync(join(third.dataDir, "reserve")).size).toBeGreaterThan(64 * 1024);
    await expectRecovered(third, small);
  });

  test("keeps a server from starting, which says so", async () => {
    small.disk.fill();
    await small.expectRefusal(
      "serve --port 0",
      /^publisher: The (data directory|store) \S+\/data\S* cannot be .*no space left\.( Free at least 1 MB on its disk, and try again\.)?\n$/,
    );
    small.disk.free();
    await small.serveOnce();
  });
});

/** A token and its descendants in the store of a running server. */
async function withDescendants(server: RunningServer, descendants: number) {
  const parent = await create(server, "write");
  const children = manyTokens(descendants).map((token) => ({ ...token, expiresAt: null, revokedAt: null }));
  writeTokens(server.dataDir, children, parent.id);
  const child = (await server.call("api-token/create", { access: "read" }, parent.token)).json;
  // Otherwise the revocations would fit into the space of that file.
  const path = join(server.dataDir, "publisher.db");
  using database = new Database(path, { strict: true });
  await until(() => {
    database.query("PRAGMA wal_checkpoint(TRUNCATE)").get();
    return statSync(`${path}-wal`).size === 0;
  });
  return { parent, child };
}

function revokedOnDisk({ dataDir }: RunningServer): number {
  using database = new Database(join(dataDir, "publisher.db"), { readonly: true, strict: true });
  const sql = "SELECT count(*) AS revoked FROM token WHERE revoked_at IS NOT NULL";
  return database.query<{ revoked: number }, []>(sql).get()?.revoked ?? 0;
}

describe.skipIf(!hasDisk)("a revocation with thousands of descendants on a full disk", () => {
  const small = useDiskTerminal(64);

  test("is stored for the token itself and for thousands more, and for the rest later", async () => {
    const count = 20_000;
    await using server = await small.serve();
    const { parent, child } = await withDescendants(server, count);
    small.disk.fill();
    const { status, json } = await server.call("api-token/revoke", { id: parent.id, descendants: true });
    expect({ status, data: json.error.data }).toEqual({
      status: 503,
      data: { outcome: "pending", pending_token: false, pending_descendants: expect.any(Number) },
    });
    const waiting = json.error.data.pending_descendants;
    expect(json.error.message).toStartWith("The token is revoked for good.");
    expect(json.error.message).toContain(` for ${waiting} of them `);
    // The server goes on trying.
    expect(revokedOnDisk(server)).toBeGreaterThanOrEqual(count + 2 - waiting);
    expect(count + 2 - waiting).toBeGreaterThan(2000);
    await expectRefused(server, [parent.token, child.token]);
    small.disk.free();
    await until(() => revokedOnDisk(server) === count + 2);
    expect(await server.stop()).toBe(0);
    expect(server.stderr).not.toContain("revocations could not be stored");
    await using again = await small.serve();
    await expectRefused(again, [parent.token, child.token]);
    expect(await small.done("check")).toContain("is sound");
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
    await using server = await terminal.serve();
    const made = await create(server);
    await whileFailing(server.child.pid, fault, async () => {
      expectUnavailable(await server.call("api-token/create", { access: "read" }), outcome);
      if (fault.includes("when")) return;
      await expectReady(server, 503);
      await expectRefusedInMemory(server, made);
      expect((await server.call("api-token/get", { id: made.id })).json.status).toBe("revoked");
    });
    if (!fault.includes("when")) await expectStoredLater(server, made.id);
    await expectRecovered(server, terminal);
    expect(await server.stop()).toBe(0);
    await using again = await terminal.serve();
    const filters = [{ key: "status", in: ["active", "revoked"] }];
    expect((await again.call("api-token/list", { filters })).json.data).toHaveLength(3);
  });
});

test.skipIf(!tracing)("a change whose sync failed is undone, also after a crash", async () => {
  await using server = await terminal.serve();
  const made = await create(server);
  const before = withoutUses(await server.call("api-token/list"));
  await whileFailing(server.child.pid, "fsync,fdatasync:error=EIO", async () => {
    const change = { id: made.id, description: "after" };
    expectUnavailable(await server.call("api-token/update", change), { outcome: "unknown" });
    expect(withoutUses(await server.call("api-token/list"))).toEqual(before);
    await server.stop("SIGKILL");
  });
  await using again = await terminal.serve();
  expect(withoutUses(await again.call("api-token/list"))).toEqual(before);
  expect((await again.call("api-token/current", {}, made.token)).status).toBe(200);
  expect(await terminal.done("check")).toContain("is sound");
});

test.skipIf(!tracing)("changes that share a failed sync all fail, and none is there afterwards", async () => {
  await using server = await terminal.serve();
  const before = withoutUses(await server.call("api-token/list"));
  await whileFailing(server.child.pid, "fsync,fdatasync:error=EIO", async () => {
    const creating = Array.from({ length: 16 }, () => server.call("api-token/create", { access: "read" }));
    const outcomes = (await Promise.all(creating)).map(({ status, json }) => [
      status,
      json.error.data.outcome,
    ]);
    // One that came after the failed sync was not tried.
    expect(outcomes.filter(([status]) => status !== 503)).toEqual([]);
    expect(outcomes).toContainEqual([503, "unknown"]);
    await server.stop("SIGKILL");
  });
  await using again = await terminal.serve();
  expect(withoutUses(await again.call("api-token/list"))).toEqual(before);
  expect(await terminal.done("check")).toContain("is sound");
});

test.skipIf(!canTrace("what a slow disk does"))("a slow disk does not spoil the end of the log", async () => {
  await using server = await terminal.serve();
  // The first sync of each thread: the create's, and that of the log as it ends.
  await whileFailing(server.child.pid, "fsync:delay_enter=200000:when=1", async () => {
    expect((await server.call("api-token/create", { access: "read" })).status).toBe(200);
    expect(await server.stop()).toBe(0);
  });
  const lines = server.stderr.trimEnd().split("\n");
  expect(lines.filter((line) => !line.startsWith("{"))).toEqual([]);
  expect(lines.at(-1)).toContain('"message":"stopped"');
});

describe("a disk that turns read-only while a server runs refuses the first revocation in memory", () => {
  const failing = FailingDisk.mount();
  if (failing === null) process.stderr.write("skipped, as no ext4 may be mounted here: a read-only disk\n");
  failing?.[Symbol.dispose]();

  test.skipIf(failing === null)("and logs at the end that it is not stored", async () => {
    using disk = FailingDisk.mount();
    await using server = await RunningServer.start({ cwd: disk?.path ?? "" });
    const made = await create(server);
    disk?.turnReadOnly();
    await expectRefusedInMemory(server, made);
    await server.stop();
    expect(server.stderr).toContain("revocations could not be stored");
  });

  test.skipIf(!tracing)("and stores it once the disk works again", async () => {
    await using server = await terminal.serve();
    const made = await create(server);
    const fault = "pwrite64,truncate,unlink,unlinkat:error=EROFS";
    await whileFailing(server.child.pid, fault, async () => await expectRefusedInMemory(server, made));
    await expectStoredLater(server, made.id);
    await expectRecovered(server, terminal);
  });
});

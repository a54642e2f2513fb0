import { describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Answer } from "../support/api.ts";
import { RunningServer, run } from "../support/executable.ts";
import { TEST_LIMIT_MS } from "../support/patience.ts";
import { SmallDisk } from "../support/small-disk.ts";
import { canTrace, whileFailing } from "../support/strace.ts";

setDefaultTimeout(TEST_LIMIT_MS);

function expectUnavailable({ status, headers, json }: Answer): void {
  expect(status).toBe(503);
  expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
  expect(json).toEqual({
    error: {
      code: "unavailable",
      message: "The store cannot be used now; try again later",
      data: {},
      trace_id: headers.get("trace-id"),
    },
  });
}

/** Changes are refused, and everything is as it was; what only reads goes on. */
async function expectReadOnly(
  server: RunningServer,
  { id, token }: { id: string; token: string },
): Promise<void> {
  const before = (await server.call("api-token/list")).json;
  for (let count = 0; count < 3; count += 1) {
    expectUnavailable(
      await server.call("api-token/create", { access: "write", description: "x".repeat(500) }),
    );
    expectUnavailable(await server.call("api-token/revoke", { id }));
  }
  expect((await server.call("api-token/current", {}, token)).json).toMatchObject({ id, status: "active" });
  const after = await server.call("api-token/list");
  expect({ status: after.status, json: after.json }).toEqual({ status: 200, json: before });
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
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
  test("refuses changes alone, until there is space again", async () => {
    using small = SmallDisk.mount();
    const cwd = small?.path ?? "";
    await using server = await RunningServer.start({ cwd });
    const made = (await server.call("api-token/create", { access: "read" })).json;
    small?.fill();
    await expectReadOnly(server, made);
    const command = await run(["token", "create", "--access", "read"], { cwd });
    expect({ exitCode: command.exitCode, stdout: command.stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(command.stderr).toContain("cannot be changed now: database or disk is full. Nothing was changed.");
    small?.free();
    await expectRecovered(server, made.id);
    expect(await server.stop()).toBe(0);
    expect(server.stderr).toContain("database or disk is full");
  });

  test("does not keep a server from stopping as it should, with all that was acknowledged", async () => {
    using small = SmallDisk.mount();
    const cwd = small?.path ?? "";
    await using server = await RunningServer.start({ cwd });
    const description = "x".repeat(500);
    for (let count = 0; count < 15; count += 1)
      await server.call("api-token/create", { access: "read", description });
    small?.fill();
    expect(await server.stop()).toBe(0);
    expect(server.stderr.split("\n").filter((line) => !line.startsWith("{"))).toEqual([""]);
    small?.free();
    await using again = await RunningServer.start({ cwd });
    expect((await again.call("api-token/list")).json.data).toHaveLength(16);
  });

  test("keeps a server from starting, which says so", async () => {
    using small = SmallDisk.mount();
    const cwd = small?.path ?? "";
    small?.fill();
    const { exitCode, stdout, stderr } = await run(["serve", "--port", "0"], { cwd });
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(/^publisher: The data directory \S+\/data cannot be .*(full|no space left)\.\n$/);
    small?.free();
    await using server = await RunningServer.start({ cwd });
    expect((await server.call("api-token/list")).status).toBe(200);
  });
});

/** What can go wrong below SQLite, as strace says it. */
const FAULTS = [
  "fsync,fdatasync:error=EIO",
  "pwrite64:error=EIO",
  "pwrite64:error=ENOSPC",
  "pwrite64:error=EIO:when=3+",
];

describe.skipIf(!canTrace("what a failing disk does"))(
  "a failing disk refuses changes alone, until it works again",
  () => {
    test.each(FAULTS)("%s", async (fault) => {
      await using server = await RunningServer.start();
      const made = (await server.call("api-token/create", { access: "read" })).json;
      await whileFailing(server.child.pid, fault, async () => {
        expectUnavailable(await server.call("api-token/create", { access: "read" }));
        if (!fault.includes("when")) await expectReadOnly(server, made);
      });
      await expectRecovered(server, made.id);
      expect(await server.stop()).toBe(0);
      await using again = await RunningServer.start({ cwd: server.cwd });
      expect((await again.call("api-token/list")).json.data).toHaveLength(2);
    });
  },
);

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

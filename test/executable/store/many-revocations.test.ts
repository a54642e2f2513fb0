import { Database } from "bun:sqlite";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { RunningServer } from "../../support/executable/executable.ts";
import { canTrace, whileFailing } from "../../support/executable/strace.ts";
import { TEST_LIMIT_MS, until } from "../../support/patience.ts";
import { manyTokens, writeTokens } from "../../support/store/many-tokens.ts";
import { SmallDisk } from "../../support/store/small-disk.ts";
import { useDiskTerminal } from "../../support/store/store-terminal.ts";

setDefaultTimeout(TEST_LIMIT_MS);

/** How long a server may be busy with one part of the work, in milliseconds. */
const PART_LIMIT_MS = 10_000;

const CAN_MOUNT = SmallDisk.canMount("many revocations on a full disk");

/** A token and its descendants in the store of a running server. */
async function withDescendants(server: RunningServer, descendants: number) {
  const parent = (await server.call("api-token/create", { access: "write" })).json;
  const children = manyTokens(descendants).map((token) => ({ ...token, expiresAt: null, revokedAt: null }));
  writeTokens(server.dataDir, children, parent.id);
  const child = (await server.call("api-token/create", { access: "read" }, parent.token)).json;
  await untilWalIsCut(server);
  return { parent, child };
}

/** Otherwise the revocations would fit into the space of that file. */
async function untilWalIsCut({ dataDir }: RunningServer): Promise<void> {
  const path = join(dataDir, "publisher.db");
  using database = new Database(path, { strict: true });
  await until(() => {
    database.query("PRAGMA wal_checkpoint(TRUNCATE)").get();
    return statSync(`${path}-wal`).size === 0;
  });
}

function revokedOnDisk({ dataDir }: RunningServer): number {
  using database = new Database(join(dataDir, "publisher.db"), { readonly: true, strict: true });
  const sql = "SELECT count(*) AS revoked FROM token WHERE revoked_at IS NOT NULL";
  return database.query<{ revoked: number }, []>(sql).get()?.revoked ?? 0;
}

async function expectRefused(server: RunningServer, secrets: readonly string[]): Promise<void> {
  for (const secret of secrets) expect((await server.call("api-token/current", {}, secret)).status).toBe(401);
}

describe.skipIf(!CAN_MOUNT)("a revocation with thousands of descendants on a full disk", () => {
  const terminal = useDiskTerminal(64);

  test("is stored for the token itself and for thousands more, and for the rest later", async () => {
    const count = 20_000;
    await using server = await terminal.serve();
    const { parent, child } = await withDescendants(server, count);
    terminal.disk.fill();
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
    terminal.disk.free();
    await until(() => revokedOnDisk(server) === count + 2);
    expect(await server.stop()).toBe(0);
    expect(server.stderr).not.toContain("revocations could not be stored");
    await using again = await terminal.serve();
    await expectRefused(again, [parent.token, child.token]);
    expect(await terminal.done("check")).toContain("is sound");
  });

  const canSlow = CAN_MOUNT && canTrace("many revocations on a slow disk");

  test.skipIf(!canSlow)("lets the server answer others while it stores them, and stop soon", async () => {
    const count = 10_000;
    await using server = await terminal.serve();
    const { parent, child } = await withDescendants(server, count);
    terminal.disk.fill();
    rmSync(join(server.dataDir, "reserve"));
    terminal.disk.fill();
    const answer = await server.call("api-token/revoke", { id: parent.id, descendants: true });
    expect(answer.json.error.data).toMatchObject({ outcome: "pending", pending_token: true });
    expect(revokedOnDisk(server)).toBe(0);
    await whileFailing(server.child.pid, "fsync,fdatasync:delay_enter=20000", async () => {
      terminal.disk.free();
      await until(async () => {
        const signal = AbortSignal.timeout(PART_LIMIT_MS);
        expect((await fetch(`${server.url}/healthz`, { signal })).status).toBe(200);
        return revokedOnDisk(server) > 0;
      });
      const from = performance.now();
      expect(await server.stop()).toBe(0);
      expect(performance.now() - from).toBeLessThan(2 * PART_LIMIT_MS);
    });
    await using again = await terminal.serve();
    await expectRefused(again, [parent.token]);
    const isLogged = server.stderr.includes("revocations could not be stored");
    expect(isLogged).toBe(revokedOnDisk(again) < count + 2);
    if (!isLogged) await expectRefused(again, [child.token]);
  });
});

import { Database } from "bun:sqlite";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { statSync } from "node:fs";
import { join } from "node:path";
import type { RunningServer } from "../../support/executable/executable.ts";
import { TEST_LIMIT_MS, until } from "../../support/patience.ts";
import { manyTokens, writeTokens } from "../../support/store/many-tokens.ts";
import { SmallDisk } from "../../support/store/small-disk.ts";
import { useDiskTerminal } from "../../support/store/store-terminal.ts";

setDefaultTimeout(TEST_LIMIT_MS);

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

describe.skipIf(!SmallDisk.canMount("many revocations"))(
  "a revocation with thousands of descendants on a full disk",
  () => {
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
  },
);

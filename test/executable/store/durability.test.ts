import { Database } from "bun:sqlite";
import { expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { EXECUTABLE, RunningServer } from "../../support/executable/executable.ts";
import { Terminal } from "../../support/executable/terminal.ts";
import { TEST_LIMIT_MS } from "../../support/patience.ts";
import { brokenPromises, Ledger } from "../../support/store/ledger.ts";
import { TemporaryDirectory } from "../../support/temporary.ts";

/** How often the server is killed: more by `bun run stress`. */
const KILLS = Number(Bun.env.PUBLISHER_TEST_KILLS ?? 20);
const CLIENTS = 4;
const CHANGES_A_KILL = 60;

/** A kill comes at a random moment within this time after that many changes, in milliseconds. */
const LONGEST_LIFE_MS = 150;

setDefaultTimeout(TEST_LIMIT_MS + KILLS * 3000);

/** Lets clients write until the server is killed. */
async function killWhileWriting(server: RunningServer, ledger: Ledger, round: number): Promise<void> {
  const enough = ledger.acknowledged + CHANGES_A_KILL;
  const clients = Array.from({ length: CLIENTS }, (_, client) => ledger.write(server, `${round}-${client}`));
  const writing = Promise.all(clients);
  await Promise.race([writing, ledger.untilAcknowledged(enough)]);
  await Bun.sleep(Math.random() * LONGEST_LIFE_MS);
  await server.stop("SIGKILL");
  await writing;
}

interface Listed {
  readonly id: string;
  readonly description: string;
  readonly status: string;
}

async function listed(dataDir: string): Promise<readonly Listed[]> {
  using terminal = new Terminal();
  return JSON.parse(await terminal.output("token", "list", "--all", "--json", "--data-dir", dataDir)).data;
}

/** Changes without their audit event, and events without their change. */
const HALF_DONE = `
  WITH event AS MATERIALIZED (
    SELECT target, sum(action = 'api-token.create') AS creations, sum(action = 'api-token.revoke') AS revocations
    FROM audit_event GROUP BY target
  )
  SELECT id FROM token LEFT JOIN event ON target = id
  WHERE creations IS NOT 1 OR revocations IS NOT (revoked_at IS NOT NULL)
  UNION ALL
  SELECT target FROM event WHERE target NOT IN (SELECT id FROM token)`;

async function expectSound(dataDir: string): Promise<void> {
  using terminal = new Terminal();
  expect(await terminal.output("check", "--data-dir", dataDir)).toContain("is sound");
  using database = new Database(join(dataDir, "publisher.db"), { readonly: true });
  expect(database.query(HALF_DONE).all()).toEqual([]);
}

/** Everything acknowledged is there, and everything else wholly or not at all. */
function expectKept(ledger: Ledger, tokens: readonly Listed[]): void {
  const byDescription = new Map(tokens.map((token) => [token.description, token]));
  expect(byDescription.size).toBe(tokens.length);
  for (const { description, id, creation, revocation } of ledger.entries) {
    const token = byDescription.get(description);
    byDescription.delete(description);
    if (creation === "asked" && token === undefined) continue;
    const statuses = { "not asked": ["active"], asked: ["active", "revoked"], acknowledged: ["revoked"] };
    expect(statuses[revocation]).toContain(token?.status ?? "absent");
    if (creation === "acknowledged") expect(token?.id).toBe(id);
  }
  expect([...byDescription.keys()]).toEqual(["First token"]);
}

test(`${KILLS} kills at random moments lose nothing that was acknowledged`, async () => {
  using directory = new TemporaryDirectory();
  await using servers = new AsyncDisposableStack();
  const start = async () => servers.use(await RunningServer.start({ cwd: directory.path }));
  const ledger = new Ledger();
  let server = await start();
  for (let round = 0; round < KILLS; round += 1) {
    const known = ledger.entries.length;
    await killWhileWriting(server, ledger, round);
    await expectSound(server.dataDir);
    server = await start();
    expect(await brokenPromises(server, ledger.entries.slice(known))).toEqual([]);
  }
  expect(ledger.acknowledged).toBeGreaterThanOrEqual(KILLS * CHANGES_A_KILL);
  expect(await brokenPromises(server, ledger.entries)).toEqual([]);
  expect(await server.stop()).toBe(0);
  expectKept(ledger, await listed(server.dataDir));
});

test("kills of token create, beside a running server, lose no token whose secret was printed", async () => {
  await using server = await RunningServer.start();
  const printed: string[] = [];
  for (let round = 0; round < KILLS; round += 1) {
    const command = ["token", "create", "--access", "read", "--json", "--data-dir", server.dataDir];
    const child = Bun.spawn([EXECUTABLE, ...command], { cwd: server.cwd, env: {}, stderr: "ignore" });
    const made = server.call("api-token/create", { access: "read" });
    const killing = setTimeout(() => child.kill("SIGKILL"), 20 + Math.random() * 80);
    const stdout = await new Response(child.stdout).text();
    clearTimeout(killing);
    if (stdout.endsWith("}\n")) printed.push(JSON.parse(stdout).token);
    expect((await made).status).toBe(200);
  }
  for (const token of printed) expect((await server.call("api-token/current", {}, token)).status).toBe(200);
  await server.stop();
  await expectSound(server.dataDir);
});

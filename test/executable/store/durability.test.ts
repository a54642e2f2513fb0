import { Database } from "bun:sqlite";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { EXECUTABLE, RunningServer } from "../../support/executable/executable.ts";
import { canTrace, SystemCalls } from "../../support/executable/strace.ts";
import { RawConnection, rawRequest } from "../../support/http/raw-connection.ts";
import { PATIENCE_MS, TEST_LIMIT_MS, until } from "../../support/patience.ts";
import { useTerminal } from "../../support/store/store-terminal.ts";
import { useEach } from "../../support/store/use.ts";

/** How often the server is killed: more by `bun run stress`. */
const KILLS = Number(Bun.env.PUBLISHER_TEST_KILLS ?? 20);
/** Enough for changes that wait at the same time and share a transaction. */
const CLIENTS = 16;
const CHANGES_A_KILL = 60;

/** A kill comes at a random moment within this time after that many changes, in milliseconds. */
const LONGEST_LIFE_MS = 150;

setDefaultTimeout(TEST_LIMIT_MS + KILLS * 3000);

const terminal = useTerminal();

/** How far a change has come, as its client knows it. */
type Progress = "not asked" | "asked" | "acknowledged";

interface Entry {
  /** Tells the token apart where its id never came. */
  readonly description: string;
  id: string;
  token: string;
  creation: Progress;
  revocation: Progress;
}

/** The changes that clients asked for, and those that were acknowledged. */
class Ledger {
  readonly entries: Entry[] = [];
  acknowledged = 0;

  async untilAcknowledged(count: number): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    while (this.acknowledged < count) {
      if (performance.now() > deadline)
        throw new Error(`only ${this.acknowledged} changes were acknowledged`);
      await Bun.sleep(1);
    }
  }

  /** Creates tokens, and revokes every second one, until the connection breaks. */
  async write(server: RunningServer, client: string): Promise<void> {
    using connection = await RawConnection.open(server.url);
    const caller = server.firstToken;
    for (let count = 0; ; count += 1) {
      const description = `${client}-${count}`;
      const entry: Entry = { description, id: "", token: "", creation: "asked", revocation: "not asked" };
      this.entries.push(entry);
      const isWritten = await this.#change(connection, caller, entry, count % 2 === 0);
      if (!isWritten) return;
    }
  }

  /** False if the connection broke on the way. */
  async #change(connection: RawConnection, caller: string, entry: Entry, revokes: boolean): Promise<boolean> {
    const { description } = entry;
    const created = await asked(connection, "api-token/create", caller, { access: "read", description });
    if (created === null) return false;
    const { id, token } = JSON.parse(created);
    Object.assign(entry, { id, token, creation: "acknowledged" });
    this.acknowledged += 1;
    if (!revokes) return true;
    entry.revocation = "asked";
    if ((await asked(connection, "api-token/revoke", caller, { id })) === null) return false;
    entry.revocation = "acknowledged";
    this.acknowledged += 1;
    return true;
  }
}

/** The body of the answer; null if none came. */
async function asked(
  connection: RawConnection,
  endpoint: string,
  caller: string,
  body: object,
): Promise<string | null> {
  const answer = await connection.ask(rawRequest(endpoint, caller, body)).catch(() => null);
  if (answer === null) return null;
  if (answer.status !== 200) throw new Error(`${endpoint}: ${answer.status} ${answer.body}`);
  return answer.body;
}

/** The acknowledged changes that the server lost, a sentence each. Asks it with every token. */
async function brokenPromises(server: RunningServer, entries: readonly Entry[]): Promise<string[]> {
  using connection = await RawConnection.open(server.url);
  const broken: string[] = [];
  for (const { id, token, creation, revocation } of entries) {
    if (creation !== "acknowledged") continue;
    const { status } = await connection.ask(rawRequest("api-token/current", token));
    if (status === 200 && revocation === "acknowledged") broken.push(`${id} was revoked and is accepted`);
    if (status !== 200 && revocation === "not asked") broken.push(`${id} was created and answers ${status}`);
  }
  return broken;
}

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

async function expectSound(): Promise<void> {
  expect(await terminal.done("check")).toContain("is sound");
  using database = new Database(terminal.database, { readonly: true });
  expect(database.query(HALF_DONE).all()).toEqual([]);
}

/** Everything acknowledged is there, and everything else wholly or not at all. */
async function expectKept(ledger: Ledger): Promise<void> {
  const tokens = await terminal.tokens();
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
  await using servers = new AsyncDisposableStack();
  const start = async () => servers.use(await terminal.serve());
  const ledger = new Ledger();
  let server = await start();
  for (let round = 0; round < KILLS; round += 1) {
    const known = ledger.entries.length;
    await killWhileWriting(server, ledger, round);
    await expectSound();
    server = await start();
    expect(await brokenPromises(server, ledger.entries.slice(known))).toEqual([]);
  }
  expect(ledger.acknowledged).toBeGreaterThanOrEqual(KILLS * CHANGES_A_KILL);
  expect(await brokenPromises(server, ledger.entries)).toEqual([]);
  expect(await server.stop()).toBe(0);
  await expectKept(ledger);
});

const CALLS = ["fsync", "fdatasync", "pwrite64", "write", "writev", "sendto", "sendmsg", "recvfrom", "read"];

const isLogWritten = (call: string) => /^pwrite64\(\d+<[^>]*publisher\.db-wal>/.test(call);
const isLogSynced = (call: string) => /^f(data)?sync\(\d+<[^>]*publisher\.db-wal>\) = 0$/.test(call);

const isAcknowledged = (call: string) => /^(sendto|sendmsg|write|writev)\(.*HTTP\/1\.1 200/.test(call);

/** The change is written to the write-ahead log, and that is synced after the last write to it. */
function expectSynced(calls: readonly string[]): void {
  expect(calls.filter(isLogWritten)).not.toEqual([]);
  expect(calls.findLastIndex(isLogSynced)).toBeGreaterThan(calls.findLastIndex(isLogWritten));
}

/** The calls of the server between reading a request and writing the answer. */
function between(calls: readonly string[], request: string, answer: string): readonly string[] {
  const start = calls.findIndex((call) => /^(recvfrom|read)\(/.test(call) && call.includes(request));
  const rest = calls.slice(start);
  const end = rest.findIndex(
    (call) => /^(sendto|sendmsg|write|writev)\(/.test(call) && call.includes(answer),
  );
  expect([start, end]).not.toContain(-1);
  return rest.slice(0, end);
}

const trace = useEach(() => new SystemCalls());

describe.skipIf(!canTrace("whether a change is on disk before it is acknowledged"))(
  "a change is on disk",
  () => {
    test("before the server acknowledges it, and so is its line in the revocation log", async () => {
      const args = ["--revocation-log", "revocations"];
      await using server = await RunningServer.start({ cwd: terminal.cwd, under: trace.under(CALLS), args });
      const { id } = (await server.call("api-token/create", { access: "read" })).json;
      expect((await server.call("api-token/revoke", { id })).status).toBe(200);
      await server.stop();
      const [create = [], revoke = []] = ["create", "revoke"].map((action) =>
        between(trace.of(server.child.pid), `POST /publisher.v1/api-token/${action} `, "HTTP/1.1 200"),
      );
      for (const calls of [create, revoke]) expectSynced(calls);
      const written = revoke.findIndex((call) => /^p?write(64)?\(\d+<[^>]*\/revocations>/.test(call));
      expect(written).not.toBe(-1);
      const isSynced = (call: string) => /^fsync\(\d+<[^>]*\/revocations>\) = 0$/.test(call);
      expect(revoke.slice(written).some(isSynced)).toBe(true);
    });

    test("before any change is acknowledged that shares its transaction", async () => {
      await using server = await RunningServer.start({ cwd: terminal.cwd, under: trace.under(CALLS) });
      const calls = () => trace.of(server.child.pid);
      const count = 16;
      const asked = () =>
        calls().filter((call) => call.includes("POST /publisher.v1/api-token/create ")).length;
      const other = new Database(terminal.database, { readwrite: true });
      other.run("BEGIN IMMEDIATE");
      const creating = Array.from({ length: count }, () =>
        server.call("api-token/create", { access: "read" }),
      );
      await until(() => asked() === count);
      other.run("ROLLBACK");
      other.close();
      const answers = await Promise.all(creating);
      expect(answers.map(({ status }) => status)).toEqual(Array(count).fill(200));
      await server.stop();
      const made = calls().slice(calls().findIndex((call) => call.includes("api-token/create ")));
      let isSynced = true;
      let syncs = 0;
      const unsynced: string[] = [];
      for (const call of made) {
        if (isLogWritten(call)) isSynced = false;
        if (isLogSynced(call)) [isSynced, syncs] = [true, syncs + 1];
        if (!isSynced && isAcknowledged(call)) unsynced.push(call);
      }
      expect(unsynced).toEqual([]);
      expect(made.filter(isAcknowledged)).toHaveLength(count);
      expect(syncs).toBeLessThan(count);
    });

    test("before a command prints the secret", async () => {
      const create = "token create --access read --new-store".split(" ");
      const command = [...trace.under(CALLS), EXECUTABLE, ...create];
      const child = Bun.spawn(command, { cwd: terminal.cwd, env: {}, stderr: "ignore" });
      expect(await new Response(child.stdout).text()).toStartWith("sk_live_");
      await child.exited;
      const calls = trace.of(child.pid);
      const printed = calls.findIndex((call) => /^(sendto|write)\(/.test(call) && call.includes('"sk_live_'));
      expect(printed).not.toBe(-1);
      expectSynced(calls.slice(0, printed));
    });
  },
);

/**
 * Prints how long authenticated requests wait while other clients read long lists, summaries and reports:
 * `bun bench/longest-wait.ts [tokens] [seconds] [requests a second] [executable]`. Makes a store of a million tokens and
 * as many audit events. Each request has its time, and its wait counts from then, also where it could only be sent
 * later. The first line is for requests alone: other programs on the machine make requests wait, too. Run it on a machine without other work.
 */
import { Database } from "bun:sqlite";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { migrate } from "../src/store/sqlite/schema.ts";
import type { LongRead, LongReads, LongReadsTask } from "./long-reads.ts";
import { started } from "./ratio.ts";

const CONNECTIONS = 32;
const SCHEMA = 4;
const HOUR_SECONDS = 3600;

const [tokens = 1_000_000, seconds = 5, perSecond = 500] = process.argv.slice(2, 5).map(Number);
const EXECUTABLE = resolve(process.argv[5] ?? join(import.meta.dir, "../dist/publisher"));
const now = Math.floor(Date.now() / 1000);

const PAGE = { pagination: { limit: 50 } };
const EVERY_STATUS = { key: "status", in: ["active", "expired", "revoked"] };
const search = (pattern: string) => ({ key: "description", regex: { pattern } });
const sortedBy = (key: string) => ({ ...PAGE, sorts: [{ key, direction: "asc" }] });
const idOf = (number: number) => `atok_0A${String(number).padStart(20, "0")}`;

const KINDS: readonly (LongReads | null)[] = [
  null,
  { name: "summary", endpoint: "api-token/summary", bodies: [{}] },
  {
    name: "sorted lists",
    endpoint: "api-token/list",
    bodies: ["description", "expires_at", "last_used_at"].map(sortedBy),
  },
  {
    name: "a pattern without a text",
    endpoint: "api-token/list",
    bodies: [{ ...PAGE, filters: [EVERY_STATUS, search("^[xyz]{4}")] }],
  },
  {
    name: "skipping 700,000",
    endpoint: "api-token/list",
    bodies: [{ ...sortedBy("created_at"), pagination: { limit: 50, skip: 700_000 } }],
  },
  { name: "1,000 tokens", endpoint: "api-token/list", bodies: [{ pagination: { limit: 1000 } }] },
  {
    name: "1,000 audit events",
    endpoint: "audit-event/list",
    bodies: [{ pagination: { limit: 1000 } }],
  },
  {
    name: "audit lists",
    endpoint: "audit-event/list",
    bodies: [{ ...PAGE, filters: [{ key: "ip", eq: "198.51.100.1" }] }, sortedBy("at")],
  },
  {
    name: "usage reports",
    endpoint: "api-token/usage",
    bodies: [{ bucket: "hour", ids: Array.from({ length: 11 }, (_, number) => idOf(number)) }],
  },
  {
    name: "clients that leave",
    endpoint: "api-token/list",
    leavesAfterMs: 50,
    bodies: [{ ...PAGE, filters: [EVERY_STATUS, search("^[xyz]{4}")] }],
  },
];

const directory = mkdtempSync(join(tmpdir(), "publisher-bench-"));
try {
  makeStore(join(directory, "publisher.db"));
  const secret = makeToken();
  const server = await started([EXECUTABLE, "--port", "0", "--data-dir", directory, "--log-level", "warn"]);
  try {
    for (const reads of KINDS) await measure(reads, server.port, secret);
  } finally {
    server.child.kill();
    await server.child.exited;
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}

/** Fills a store past the domain: with tokens of every status, an audit event for each, and uses of some in each hour. */
function makeStore(path: string): void {
  using database = new Database(path);
  database.run("PRAGMA journal_mode = OFF");
  database.run("PRAGMA synchronous = OFF");
  migrate(database, SCHEMA);
  const parts = database
    .query<{ type: string; name: string; sql: string }, []>(
      "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND type <> 'table'",
    )
    .all();
  const numbers = (count: number) =>
    `WITH RECURSIVE number (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n + 1 < ${count})`;
  database.transaction(() => {
    for (const { type, name } of parts) database.run(`DROP ${type} ${name}`);
    database.run(
      `${numbers(tokens)}
       INSERT INTO token (digest, id, access, description, hint, created_at, expires_at, revoked_at, last_used_at)
       SELECT CAST(printf('%032d', n) AS BLOB), 'atok_0A' || printf('%020d', n), iif(n % 4 = 0, 'write', 'read'),
         'Service ' || (n * 7919 % ?1) || ' on host ' || n, 'abcd', ?2 - ?1 + n,
         iif(n % 3 = 0, NULL, ?2 + (n * 31 % 400 - 40) * 86400), iif(n % 10 = 9, ?2 - 86400, NULL),
         iif(n % 5 = 0, NULL, ?2 - n * 17 % 10000000) FROM number`,
      [tokens, now],
    );
    database.run(
      `INSERT INTO audit_event (id, at, action, actor, target, ip, changes)
       SELECT 'aevt_' || substr(id, 6), created_at, 'api-token.create', NULL, id, '192.0.2.' || (created_at % 250),
         json_object('access', access) FROM token ORDER BY id`,
    );
    database.run(
      `${numbers(35 * 24)}, asked (token) AS (SELECT id FROM token ORDER BY id LIMIT 11)
       INSERT INTO token_use (bucket, start, token, accepted, refused)
       SELECT 'hour', ?1 - n * ${HOUR_SECONDS}, token, n, 0 FROM number, asked`,
      [now - (now % HOUR_SECONDS)],
    );
    for (const { sql } of parts) database.run(sql);
  })();
}

/** Brings the store to the schema of the executable. Returns the secret of a new token. */
function makeToken(): string {
  const args = ["token", "create", "--access", "write", "--data-dir", directory];
  const { exitCode, stdout } = Bun.spawnSync([EXECUTABLE, ...args], { stderr: "inherit" });
  if (exitCode !== 0) throw new Error(`token create ended with ${exitCode}`);
  return stdout.toString().trim();
}

/** Measures the waits of requests beside long reads of one kind, or alone. */
async function measure(reads: LongReads | null, port: number, secret: string): Promise<void> {
  const answers: LongRead[] = [];
  const worker = new Worker(new URL("./long-reads.ts", import.meta.url).href);
  worker.onmessage = ({ data }: MessageEvent<LongRead>) => void answers.push(data);
  const task = reads && ({ ...reads, port, secret } satisfies LongReadsTask);
  if (task !== null) worker.postMessage(task);
  const waits = (await waitsOf(port, secret)).toSorted((a, b) => a - b);
  worker.terminate();
  const at = (share: number) => (waits[Math.ceil(share * waits.length) - 1] ?? Number.NaN).toFixed(1);
  const shown = `p50 ${at(0.5)}, p99 ${at(0.99)}, p99.9 ${at(0.999)}, longest ${at(1)} ms`;
  process.stdout.write(`${(reads?.name ?? "alone").padEnd(26)}${shown}${readsShown(answers)}\n`);
}

/** How many reads were answered with each status, and how long the slowest one took. */
function readsShown(answers: readonly LongRead[]): string {
  if (answers.length === 0) return "";
  const counts = [...Map.groupBy(answers, ({ status }) => status)].map(
    ([status, same]) => `${same.length} × ${status === 0 ? "left" : status}`,
  );
  return `; reads: ${counts.join(", ")}, slowest ${Math.max(...answers.map(({ ms }) => ms)).toFixed(0)} ms`;
}

/** Sends requests at a steady rate. Returns the wait of each, in milliseconds. */
async function waitsOf(port: number, secret: string): Promise<readonly number[]> {
  const request =
    `POST /publisher.v1/api-token/current HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${secret}\r\n` +
    "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
  const waits: number[] = [];
  const connections = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => connected(port, request, waits)),
  );
  const beginsAt = performance.now() + 500;
  const count = seconds * perSecond;
  for (let sent = 0; sent < count; ) {
    const dueAt = beginsAt + (sent * 1000) / perSecond;
    if (performance.now() < dueAt) await Bun.sleep(1);
    else connections[sent++ % CONNECTIONS]?.ask(dueAt);
  }
  while (waits.length < count) await Bun.sleep(10);
  for (const { end } of connections) end();
  return waits;
}

/** A connection over which requests go one after the other; those that are due meanwhile wait. */
async function connected(port: number, request: string, waits: number[]) {
  const due: number[] = [];
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: {
      data(socket, chunk) {
        // Each answer is one chunk: it is short.
        if (!new TextDecoder().decode(chunk).startsWith("HTTP/1.1 200 ")) throw new Error("not a 200");
        waits.push(performance.now() - (due.shift() ?? Number.NaN));
        if (due.length > 0) socket.write(request);
      },
    },
  });
  return {
    ask: (dueAt: number) => {
      due.push(dueAt);
      if (due.length === 1) socket.write(request);
    },
    end: () => void socket.end(),
  };
}

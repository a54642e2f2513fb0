/**
 * Prints the time of each list of a store of a million tokens and a million audit events, beside its bound:
 * `bun bench/big-store.ts [tokens]`. Makes the store in a temporary directory, of the schema before the indexes of
 * lists, so that the executable in dist migrates it first. The time is the shortest of five requests over HTTP.
 */
import { Database } from "bun:sqlite";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { migrate } from "../src/store/sqlite/schema.ts";
import { started } from "./ratio.ts";

const EXECUTABLE = resolve(import.meta.dir, "../dist/publisher");
const SCHEMA_BEFORE = 4;
const PAGE = 50;
const RUNS = 5;
const DAY_SECONDS = 86_400;

interface Measured {
  readonly name: string;
  readonly endpoint: string;
  readonly body: object;
  readonly boundMs: number;
}

const [tokens = 1_000_000] = process.argv.slice(2).map(Number);
const now = Math.floor(Date.now() / 1000);
const WORDS =
  "deploy,build,billing,report,staging,backup,cache,worker,search,index,mail,queue,ledger,gateway,metrics,alert";

/** The nth word of a description, from different digits of the number of the token. */
function word(divisor: number): string {
  return `json_extract('["${WORDS.replaceAll(",", '","')}"]', '$[' || (n / ${divisor} % 16) || ']')`;
}

/** Of ten tokens, two are revoked, five expire within two years or have expired, seven were used; three are for a service. */
const TOKENS = `
  WITH RECURSIVE number (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n + 1 < ?1),
  made AS (SELECT n, ?2 - 3 * 365 * ${DAY_SECONDS} + n * 3 * 365 * ${DAY_SECONDS} / ?1 AS at, n * 7919 % 1000 AS chance FROM number)
  INSERT INTO token (digest, id, access, description, hint, created_at, created_by, expires_at, revoked_at, last_used_at, audiences)
  SELECT CAST(printf('%032d', n) AS BLOB), 'atok_0A' || printf('%020d', n), iif(n % 10 < 3, 'write', 'read'),
    iif(n % 10 = 4, NULL, ${word(1)} || ' ' || ${word(17)} || ' ' || ${word(301)} || ' ' || n), 'abcd', at,
    iif(n = 0, NULL, 'atok_0A' || printf('%020d', n % 100)),
    iif(chance % 2 = 0, at + (30 + chance % 700) * ${DAY_SECONDS} + n % ${DAY_SECONDS}, NULL),
    iif(chance % 5 = 1, min(?2, at + chance % 100 * ${DAY_SECONDS}), NULL),
    iif(chance % 10 < 7, min(?2, at + chance % 200 * ${DAY_SECONDS}), NULL),
    iif(chance % 10 > 6, '["service-' || (n % 53) || '"]', NULL)
  FROM made`;

const EVENTS = `
  INSERT INTO audit_event (id, at, action, actor, target, trace_id, ip, changes, request_id)
  SELECT 'aevt_0A' || substr(id, 8), created_at, 'api-token.create', created_by, id, lower(hex(randomblob(16))),
    '192.0.2.' || (created_at % 250), json_object('access', access), lower(hex(randomblob(16)))
  FROM token ORDER BY id`;

const moment = (seconds: number) => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
const search = (pattern: string, isFolded = true) => ({ pattern, case_insensitive: isFolded });
const DAYS_7 = [
  { key: "expires_at", gt: moment(now) },
  { key: "expires_at", lt: moment(now + 7 * DAY_SECONDS) },
];
const EVERY_STATUS = { key: "status", in: ["active", "expired", "revoked"] };
const FAR = { pagination: { limit: PAGE, skip: Math.floor(0.7 * tokens) }, filters: [EVERY_STATUS] };

const SORT_KEYS =
  "access,created_at,description,expires_at,last_used_at,replaced_by,reused_at,revoked_at".split(",");

/** A list of tokens: the first page, unless told otherwise. */
function list(name: string, boundMs: number, filters: readonly object[], more: object = {}): Measured {
  return {
    name,
    endpoint: "api-token/list",
    body: { filters, pagination: { limit: PAGE }, ...more },
    boundMs,
  };
}

const LISTS: readonly Measured[] = [
  { name: "summary", endpoint: "api-token/summary", body: {}, boundMs: 5 },
  list("newest", 20, []),
  ...SORT_KEYS.flatMap((key) =>
    ["asc", "desc"].map((direction) =>
      list(`sorted by ${key} ${direction}`, 20, [], { sorts: [{ key, direction }] }),
    ),
  ),
  ...["active", "expired", "revoked"].map((status) => list(status, 20, [{ key: "status", eq: status }])),
  list("for a service", 20, [{ key: "audiences", eq: "service-7" }]),
  list("expiring within 7 days", 20, DAYS_7),
  list("expiring within 7 days, sorted", 20, DAYS_7, { sorts: [{ key: "expires_at", direction: "asc" }] }),
  list("never used", 20, [{ key: "last_used_at", exists: false }]),
  list("description, equal", 100, [{ key: "description", eq: "deploy build billing 1" }]),
  list("description, search without a match", 100, [
    EVERY_STATUS,
    { key: "description", regex: search("zq x") },
  ]),
  list("description or id, search without a match", 100, [
    EVERY_STATUS,
    { or: ["description", "id"].map((key) => ({ key, regex: search("zqx") })) },
  ]),
  list("description, search with matches", 100, [{ key: "description", regex: search("gateway") }]),
  list("description, pattern with a text", 100, [
    { key: "description", regex: search("^gate\\w+ 7+$", false) },
  ]),
  list("description, pattern without a text", 1500, [
    { key: "description", regex: search("^[xyz]{4}", false) },
  ]),
  list("skipping 700,000", 300, [], FAR),
  list("skipping 700,000, sorted", 300, [], { ...FAR, sorts: [{ key: "created_at", direction: "desc" }] }),
];

const directory = mkdtempSync(join(tmpdir(), "publisher-bench-"));
try {
  const file = join(directory, "publisher.db");
  const madeMs = await elapsedMs(() => makeStore(file));
  print("making the store", madeMs, null);
  const bytes = statSync(file).size;
  let secret = "";
  const migratedMs = await elapsedMs(() => {
    secret = makeToken();
  });
  print("migrating it, with a copy and a check before", migratedMs, null);
  process.stdout.write(
    `bytes a token with its event: ${bytes / tokens} before, ${statSync(file).size / tokens} after\n`,
  );
  rmSync(join(directory, "backup"), { recursive: true, force: true });
  await measure(secret);
} finally {
  rmSync(directory, { recursive: true, force: true });
}

/** Fills a store past the domain: of ten tokens, two are revoked, half expire within two years, seven were used. */
function makeStore(path: string): void {
  using database = new Database(path);
  database.run("PRAGMA journal_mode = OFF");
  database.run("PRAGMA synchronous = OFF");
  database.run("PRAGMA cache_size = -500000");
  migrate(database, SCHEMA_BEFORE);
  const parts = database
    .query<{ type: string; name: string; sql: string }, []>(
      "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND type <> 'table'",
    )
    .all();
  database.transaction(() => {
    for (const { type, name } of parts) database.run(`DROP ${type} ${name}`);
    database.query(TOKENS).run(tokens, now);
    database.query(EVENTS).run(now);
    for (const { sql } of parts) database.run(sql);
  })();
}

/** Migrates the store, and returns the secret of a new token. */
function makeToken(): string {
  const args = ["token", "create", "--access", "read", "--data-dir", directory];
  const { exitCode, stdout } = Bun.spawnSync([EXECUTABLE, ...args], { stderr: "inherit" });
  if (exitCode !== 0) throw new Error(`token create ended with ${exitCode}`);
  return stdout.toString().trim();
}

/** Measures the lists of a server. */
async function measure(secret: string): Promise<void> {
  const server = await started([EXECUTABLE, "--port", "0", "--data-dir", directory, "--log-level", "warn"]);
  try {
    for (const measured of LISTS)
      print(measured.name, await shortestMs(server.port, secret, measured), measured.boundMs);
  } finally {
    server.child.kill();
    await server.child.exited;
  }
}

async function shortestMs(port: number, secret: string, { endpoint, body }: Measured): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run += 1)
    times.push(
      await elapsedMs(async () => {
        const answer = await fetch(`http://127.0.0.1:${port}/publisher.v1/${endpoint}`, {
          method: "POST",
          headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
          body: JSON.stringify(body),
        });
        if (!answer.ok) throw new Error(`${endpoint}: ${answer.status} ${await answer.text()}`);
        await answer.json();
      }),
    );
  return Math.min(...times);
}

async function elapsedMs(work: () => unknown): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

function print(name: string, ms: number, boundMs: number | null): void {
  const bound = boundMs === null ? "" : `at most ${boundMs} ms${ms > boundMs ? "  TOO SLOW" : ""}`;
  process.stdout.write(`${name.padEnd(46)}${ms.toFixed(1).padStart(9)} ms  ${bound}\n`);
}

/**
 * Prints the processor time of a look-up of a token by its digest, beside a plain statement in the same run:
 * `bun bench/look-up.ts [tokens in the store]`. Linux only.
 */
import { Database } from "bun:sqlite";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { DataDirectory } from "../src/store/sqlite/file/data-directory.ts";
import { PlainLookUps } from "../src/store/sqlite/look-ups/plain-look-ups.ts";
import { SqliteTokenStore } from "../src/store/sqlite/sqlite-token-store.ts";
import { digestOf } from "../src/tokens/secret/secret.ts";

const ROUNDS = 5;
const LOOK_UPS = 100_000;
/** How many look-ups there are before the event loop turns, as a server does between requests. */
const AT_A_STRETCH = 50;
const USED_TOKENS = 1000;
const COMMITS_PER_SECOND = 500;
const COMMITTER = `
  const { Database } = require("bun:sqlite");
  const database = new Database(process.argv[1], { readwrite: true });
  database.run("PRAGMA synchronous = OFF");
  database.run("PRAGMA busy_timeout = 5000");
  const update = database.query("UPDATE token SET last_used_at = ? WHERE id = '${idOf(0)}'");
  for (let count = 1; ; count += 1) { update.run(count); Bun.sleepSync(${1000 / COMMITS_PER_SECOND}); }`;

const [tokens = 1000] = process.argv.slice(2).map(Number);

const path = mkdtempSync(join(tmpdir(), "publisher-bench-"));
try {
  const directory = new DataDirectory(path);
  const store = SqliteTokenStore.open(directory);
  fill(directory.database, tokens);
  store.checkpoint();
  const connection = new Database(directory.database, { readwrite: true });
  const plain = new PlainLookUps(connection);
  const used = Array.from({ length: USED_TOKENS }, (_, at) => digest(at * Math.floor(tokens / USED_TOKENS)));
  const any = Array.from({ length: LOOK_UPS }, () => digest(Math.floor(Math.random() * tokens)));
  const unknown = Array.from({ length: USED_TOKENS }, (_, at) => digest(-1 - at));
  const measure = async (name: string, digests: readonly Uint8Array[]) => {
    await print(
      name,
      digests,
      (one) => store.findByDigest(one),
      (one) => plain.find(one),
    );
  };
  await measure(`${USED_TOKENS} tokens in use`, used);
  await measure("any token", any);
  await measure("unknown secrets", unknown);
  const committer = Bun.spawn([process.execPath, "-e", COMMITTER, directory.database]);
  await measure(`${USED_TOKENS} tokens in use, ${COMMITS_PER_SECOND} commits a second`, used);
  committer.kill();
  await committer.exited;
  connection.close();
  store.close();
} finally {
  rmSync(path, { recursive: true, force: true });
}

type LookUp = (digest: Uint8Array) => unknown;

async function print(
  name: string,
  digests: readonly Uint8Array[],
  ours: LookUp,
  bound: LookUp,
): Promise<void> {
  const times: (readonly [ours: number, bound: number])[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    times.push([await microseconds(ours, digests), await microseconds(bound, digests)]);
  const [found, plain] = times.toSorted(([a, b], [c, d]) => a / b - c / d)[Math.floor(ROUNDS / 2)] ?? [0, 0];
  process.stdout.write(
    `${name}, of ${tokens}: ${found.toFixed(2)} µs, ${(found / plain).toFixed(2)} times a plain statement's ${plain.toFixed(2)} µs.\n`,
  );
}

/** Processor time of one look-up. */
async function microseconds(lookUp: LookUp, digests: readonly Uint8Array[]): Promise<number> {
  const before = process.cpuUsage();
  for (let count = 0; count < LOOK_UPS; count += 1) {
    lookUp(digests[count % digests.length] ?? new Uint8Array(32));
    if (count % AT_A_STRETCH === 0) await nextTurn();
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / LOOK_UPS;
}

function digest(index: number): Uint8Array {
  return digestOf(String(index));
}

/** Makes tokens, past the domain. */
function fill(file: string, count: number): void {
  using database = new Database(file, { readwrite: true });
  const insert = database.query(
    "INSERT INTO token (digest, id, access, hint, created_at) VALUES (?, ?, 'read', 'abcd', 0)",
  );
  database.transaction(() => {
    for (let index = 0; index < count; index += 1) insert.run(digest(index), idOf(index));
  })();
}

/** Ids in the order of their numbers, as a store needs them. */
function idOf(index: number): string {
  return String(index).padStart(20, "0");
}

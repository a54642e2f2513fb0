/**
 * Prints the bytes a day that counting uses writes: `bun bench/usage-bytes.ts [tokens in the store] [hours] [seconds between flushes]`.
 * Plays that many hours by a clock of its own, with 1,000 tokens in steady use. The kernel counts the bytes that the disk
 * writes for this process, with the write-ahead log and its checkpoints. Linux only, and only with a temporary directory
 * on a disk.
 */
import { Database } from "bun:sqlite";
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FLUSH_EVERY_MS } from "../src/server/usage-flushing.ts";
import { DataDirectory } from "../src/store/sqlite/file/data-directory.ts";
import { SqliteTokenStore } from "../src/store/sqlite/sqlite-token-store.ts";
import { nextId, TOKEN_PREFIX } from "../src/tokens/identifier.ts";
import { Usage } from "../src/tokens/usage/usage.ts";

const USED_TOKENS = 1000;
const SECONDS_AN_HOUR = 3600;

const [storedTokens = USED_TOKENS, hours = 24, flushSeconds = FLUSH_EVERY_MS / 1000] = process.argv
  .slice(2)
  .map(Number);

const path = mkdtempSync(join(tmpdir(), "publisher-bench-"));
try {
  const directory = new DataDirectory(path);
  const store = SqliteTokenStore.open(directory);
  const ids = fill(directory.database, storedTokens);
  const used = ids.filter((_, index) => index % Math.floor(storedTokens / USED_TOKENS) === 0);
  let nowMs = Date.parse("2026-06-01T00:00:00Z");
  const usage = new Usage({ store: store.usage, tokens: store, clock: () => nowMs });
  store.checkpoint();
  const before = writtenBytes();
  for (let second = 0; second < hours * SECONDS_AN_HOUR; second += flushSeconds) {
    nowMs += flushSeconds * 1000;
    for (const id of used) usage.record({ id, lastUsedAt: null }, "accepted");
    await usage.flush();
  }
  store.checkpoint();
  const gigabytes = ((writtenBytes() - before) / 1e9) * (24 / hours);
  if (gigabytes === 0) throw new Error(`${path} is not on a disk: set TMPDIR`);
  process.stdout.write(
    `${used.length} of ${storedTokens} tokens in steady use, written every ${flushSeconds} s: ${gigabytes.toFixed(2)} GB a day, from ${hours} h.\n`,
  );
  store.close();
} finally {
  rmSync(path, { recursive: true, force: true });
}

/** Makes tokens, past the domain. Returns their ids. */
function fill(file: string, count: number): readonly string[] {
  using database = new Database(file, { readwrite: true });
  const insert = database.query(
    "INSERT INTO token (digest, id, access, hint, created_at) VALUES (?, ?, 'read', 'abcd', 0)",
  );
  const ids: string[] = [];
  database.transaction(() => {
    for (let index = 0; index < count; index += 1) {
      const id = nextId(TOKEN_PREFIX, ids.at(-1) ?? null, Date.now(), randomBytes);
      insert.run(createHash("sha256").update(id).digest(), id);
      ids.push(id);
    }
  })();
  return ids;
}

/** The bytes that the disk has written for this process so far: proc_pid_io(5). */
function writtenBytes(): number {
  return Number(/^write_bytes: (\d+)/m.exec(readFileSync("/proc/self/io", "utf8"))?.[1]);
}

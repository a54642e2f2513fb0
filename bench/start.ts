import { Database } from "bun:sqlite";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EXECUTABLE, median } from "./ratio.ts";

// Prints the time from the start of the built executable to its first authenticated 200, on a new store and on one with a
// million tokens, beside the run of an empty executable.

const ROUNDS = 11;
const TOKENS = 1_000_000;
const POLL_MS = 1;

const directory = mkdtempSync(join(tmpdir(), "publisher-bench-"));
const secret = Bun.spawnSync([EXECUTABLE, "token", "generate"]).stdout.toString().trim();
try {
  const large = join(directory, "large");
  await start(large);
  addTokens(large);
  const empty = await emptyExecutable();
  const [empties, news, larges]: number[][] = [[], [], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    empties?.push(timed(() => Bun.spawnSync([empty])));
    news?.push(await start(join(directory, `new-${round}`)));
    larges?.push(await start(large));
  }
  print("an empty executable, to its end", empties);
  print("a new store, to the first 200", news);
  print(`a store of ${TOKENS} tokens, to the first 200`, larges);
} finally {
  rmSync(directory, { recursive: true, force: true });
}

/** The milliseconds from the start of a server on that data directory to its first authenticated 200. Stops it again. */
async function start(dataDir: string): Promise<number> {
  const socket = join(directory, "socket");
  const before = performance.now();
  const server = Bun.spawn([EXECUTABLE, "--listen", `unix:${socket}`, "--data-dir", dataDir], {
    stdin: "ignore",
    stdout: "ignore",
    stderr: "ignore",
    env: { PUBLISHER_FIRST_TOKEN: secret },
  });
  while (!(await isAuthenticated(socket))) {
    if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}`);
    await Bun.sleep(POLL_MS);
  }
  const took = performance.now() - before;
  server.kill();
  await server.exited;
  return took;
}

async function isAuthenticated(unix: string): Promise<boolean> {
  const headers = { authorization: `Bearer ${secret}`, "content-type": "application/json" };
  const request = { unix, method: "POST", headers, body: "{}" };
  const answer = await fetch("http://publisher/publisher.v1/api-token/current", request).catch(() => null);
  return answer?.status === 200;
}

function addTokens(dataDir: string): void {
  using database = new Database(join(dataDir, "publisher.db"));
  database.run(
    `INSERT INTO token (digest, id, access, hint, created_at)
     WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < ${TOKENS})
     SELECT randomblob(32), printf('atok_1%020d', n), 'read', 'abcd', 1700000000 FROM counted`,
  );
}

async function emptyExecutable(): Promise<string> {
  const [source, outfile] = [join(directory, "empty.ts"), join(directory, "empty")];
  await Bun.write(source, "");
  await Bun.build({ entrypoints: [source], compile: { outfile } });
  return outfile;
}

function timed(work: () => unknown): number {
  const before = performance.now();
  work();
  return performance.now() - before;
}

function print(name: string, times: readonly number[] = []): void {
  const least = Math.min(...times);
  process.stdout.write(`${name}: ${median(times).toFixed(0)} ms, at least ${least.toFixed(0)} ms\n`);
}

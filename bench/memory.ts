import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requestsPerSecond } from "./load.ts";
import { EXECUTABLE, type Started, started } from "./ratio.ts";

// Prints the resident memory of the built executable after a million requests, as a ratio to a bare Bun.serve. Linux only.

const REQUESTS = 1_000_000;
const SECONDS = 5;
const CONNECTIONS = 32;

const directory = mkdtempSync(join(tmpdir(), "publisher-bench-"));
const bare = await started([process.execPath, join(import.meta.dir, "bare-server.ts")]);
const publisher = await started([EXECUTABLE, "--port", "0", "--data-dir", directory]);
try {
  const secret = readFileSync(join(directory, "first-token"), "utf8").trim();
  const request =
    `POST /publisher.v1/api-token/current HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${secret}\r\n` +
    "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
  const least = await residentAfter(bare, request);
  const whole = await residentAfter(publisher, request);
  process.stdout.write(
    `After ${REQUESTS} requests: ${whole} MB resident, ${(whole / least).toFixed(2)} times a bare server's ${least} MB.\n`,
  );
} finally {
  bare.child.kill();
  publisher.child.kill();
  await Promise.all([bare.child.exited, publisher.child.exited]);
  rmSync(directory, { recursive: true, force: true });
}

/** The resident memory in MB after so many requests. */
async function residentAfter({ child, port }: Started, request: string): Promise<number> {
  const load = { port, request, status: 200, connections: CONNECTIONS, seconds: SECONDS };
  for (let answered = 0; answered < REQUESTS; ) answered += (await requestsPerSecond(load)) * SECONDS;
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, "utf8")) ?? [];
  return Math.round(Number(kilobytes) / 1000);
}

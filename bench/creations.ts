/**
 * Prints how many tokens the built executable creates in a second with 64 requests in flight and with one, each on disk
 * before it is answered, and the ratio of the two. Linux only, and only with a temporary directory on a disk: the ratio
 * depends on how long the disk takes to sync.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EXECUTABLE, measured, median, shown, started } from "./ratio.ts";

const ROUNDS = 5;
const MANY = 64;

const directory = mkdtempSync(join(tmpdir(), "publisher-bench-"));
const publisher = await started([EXECUTABLE, "--port", "0", "--data-dir", directory]);
try {
  const secret = readFileSync(join(directory, "first-token"), "utf8").trim();
  const body = JSON.stringify({ access: "read", description: "a service" });
  const request =
    `POST /publisher.v1/api-token/create HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${secret}\r\n` +
    `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const ratios: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const alone = await measured(publisher, request, 200, 1);
    const many = await measured(publisher, request, 200, MANY);
    ratios.push(many.perSecond / alone.perSecond);
    process.stdout.write(`${round}: 1 in flight ${shown(alone)}; ${MANY} in flight ${shown(many)}\n`);
  }
  process.stdout.write(
    `With ${MANY} creations in flight there are ${median(ratios).toFixed(1)} times as many a second as with one.\n`,
  );
} finally {
  publisher.child.kill();
  await publisher.child.exited;
  rmSync(directory, { recursive: true, force: true });
}

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { requestsPerSecond } from "./load.ts";

/** Times one authenticated request on the built executable, as a ratio to a bare Bun.serve in the same run. */
const ROUNDS = 5;
const CONNECTIONS = 32;
const SECONDS = 2;
const EXECUTABLE = resolve(import.meta.dir, "../dist/publisher");

const directory = mkdtempSync(join(tmpdir(), "publisher-bench-"));
const bare = await started([process.execPath, join(import.meta.dir, "bare-server.ts")]);
const publisher = await started([EXECUTABLE, "--port", "0", "--data-dir", directory]);
try {
  const secret = readFileSync(join(directory, "first-token"), "utf8").trim();
  const ratios: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const bareRate = await measured(bare.port, "");
    const rate = await measured(publisher.port, `Authorization: Bearer ${secret}\r\n`);
    ratios.push(rate / bareRate);
    process.stdout.write(
      `${round}: bare ${Math.round(bareRate)}/s, authenticated ${Math.round(rate)}/s, ratio ${(rate / bareRate).toFixed(3)}\n`,
    );
  }
  process.stdout.write(
    `median ratio ${ratios.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)]?.toFixed(3)}\n`,
  );
} finally {
  bare.child.kill();
  publisher.child.kill();
  await Promise.all([bare.child.exited, publisher.child.exited]);
  rmSync(directory, { recursive: true, force: true });
}

function measured(port: number, authorization: string): Promise<number> {
  const request =
    `POST /publisher.v1/api-token/current HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${authorization}` +
    "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
  return requestsPerSecond({ port, request, connections: CONNECTIONS, seconds: SECONDS });
}

async function started(command: string[]) {
  const child = Bun.spawn(command, { stdin: "ignore", stdout: "pipe", stderr: Bun.file("/dev/null") });
  let printed = "";
  for await (const chunk of child.stdout) {
    printed += new TextDecoder().decode(chunk);
    const port = /http:\/\/127\.0\.0\.1:(\d+)/.exec(printed)?.[1];
    if (port !== undefined) return { child, port: Number(port) };
  }
  throw new Error(`the server ended before it listened: ${printed}`);
}

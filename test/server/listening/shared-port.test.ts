import { expect, test } from "bun:test";
import { isShared } from "../../../src/server/listening/shared-port.ts";

const OTHER = `
  const [hostname, port] = process.argv.slice(1);
  Bun.serve({ hostname, port: Number(port), reusePort: true, fetch: () => new Response() });
  process.stdout.write("ready");
  await new Response(Bun.stdin.stream()).text();
  process.exit(0);
`;

/** Acts while a process of the same user listens there, sharing its port. */
async function besideListener(host: string, port: number, act: () => void): Promise<void> {
  const other = Bun.spawn([process.execPath, "-e", OTHER, host, String(port)], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  await other.stdout.getReader().read();
  act();
  await other.stdin.end();
  expect(await other.exited).toBe(0);
}

function listening(port = 0) {
  return Bun.serve({ hostname: "127.0.0.1", port, reusePort: true, fetch: () => new Response() });
}

test.skipIf(process.platform !== "linux")(
  "a port is shared where another process listens there",
  async () => {
    await using server = listening();
    const port = server.port ?? 0;
    // A second listener of this process shares nothing.
    await using _ = listening(port);
    expect(isShared(port)).toBe(false);
    for (const [host, shared] of [
      ["127.0.0.1", true],
      ["0.0.0.0", true],
      ["127.0.0.2", false],
    ] as const)
      await besideListener(host, port, () => expect(isShared(port)).toBe(shared));
    expect(isShared(port)).toBe(false);
  },
);

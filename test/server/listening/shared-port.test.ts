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

function listening(hostname: string) {
  return Bun.serve({ hostname, port: 0, reusePort: true, fetch: () => new Response() });
}

test.skipIf(process.platform !== "linux")(
  "a port is shared where another process listens there too",
  async () => {
    const server = listening("127.0.0.1");
    const port = server.port ?? 0;
    expect(isShared(port)).toBe(false);
    await besideListener("127.0.0.1", port, () => expect(isShared(port)).toBe(true));
    await besideListener("0.0.0.0", port, () => expect(isShared(port)).toBe(true));
    await besideListener("127.0.0.2", port, () => expect(isShared(port)).toBe(false));
    expect(isShared(port)).toBe(false);
    await server.stop(true);
  },
);

test.skipIf(process.platform !== "linux")("a second listener of this process shares nothing", async () => {
  const server = listening("127.0.0.1");
  const again = Bun.serve({
    hostname: "127.0.0.1",
    port: server.port ?? 0,
    reusePort: true,
    fetch: () => new Response(),
  });
  expect(isShared(server.port ?? 0)).toBe(false);
  await Promise.all([server.stop(true), again.stop(true)]);
});

import { expect, test } from "bun:test";
import { resolve } from "node:path";
import { RunningServer } from "../../support/executable/executable.ts";
import { rawRequest } from "../../support/http/raw-connection.ts";
import { TEST_LIMIT_MS } from "../../support/patience.ts";
import { manyTokens, writeTokens } from "../../support/store/many-tokens.ts";

const CLIENTS = resolve(import.meta.dir, "connecting-clients.ts");
const PROCESSES = 4;

/** A request for the largest page of a list, on a connection that ends with it. */
function listRequest(secret: string): string {
  const request = rawRequest("api-token/list", secret, { pagination: { limit: 1000 } });
  return request.replace("\r\n", "\r\nConnection: close\r\n");
}

/** Acts beside clients of other processes that open a connection for each of their lists, without a pause. */
async function besideClients(server: RunningServer, act: () => Promise<void>): Promise<void> {
  const { port } = new URL(server.url);
  const clients = Array.from({ length: PROCESSES }, () =>
    Bun.spawn([process.execPath, CLIENTS, port, listRequest(server.firstToken)], {
      stdin: "pipe",
      stdout: "pipe",
      stderr: "inherit",
      timeout: TEST_LIMIT_MS,
    }),
  );
  try {
    for (const { stdout } of clients) await stdout.getReader().read();
    await act();
  } finally {
    for (const { stdin } of clients) await stdin.end();
    await Promise.all(clients.map(({ exited }) => exited));
  }
}

test("clients that open a connection for each request do not keep others waiting, nor the server from stopping", async () => {
  await using server = await RunningServer.start();
  writeTokens(server.dataDir, manyTokens(5000));
  // This connection is open before theirs, and stays.
  expect((await server.call("api-token/current")).status).toBe(200);
  await besideClients(server, async () => {
    for (let count = 0; count < 50; count += 1)
      expect((await server.call("api-token/current")).status).toBe(200);
    expect(await server.stop()).toBe(0);
  });
});

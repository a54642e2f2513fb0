import { expect, setDefaultTimeout, test } from "bun:test";
import { RunningServer } from "../../support/executable/executable.ts";
import { TEST_LIMIT_MS } from "../../support/patience.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const FORWARDED = { "x-forwarded-for": "6.6.6.6, 203.0.113.9, 10.0.0.1" };

/** The addresses that the log has for a request and for the change that it made. */
async function loggedAddresses(args: readonly string[], headers: Record<string, string>): Promise<unknown[]> {
  await using server = await RunningServer.start({ args });
  const authorization = `Bearer ${server.firstToken}`;
  const response = await fetch(`${server.url}/publisher.v1/api-token/create`, {
    method: "POST",
    headers: { authorization, "content-type": "application/json", ...headers },
    body: '{"access":"read"}',
  });
  expect(response.status).toBe(200);
  await server.stop();
  const lines = server.stderr
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  return lines
    .filter(({ message, actor }) => message === "request" || (message === "change" && actor !== null))
    .map(({ ip }) => ip);
}

test("whom a trusted proxy forwards is who changes tokens, and nobody else's word is taken", async () => {
  const [untrusted, trusted, other] = await Promise.all([
    loggedAddresses([], FORWARDED),
    loggedAddresses(["--trusted-proxies", "127.0.0.0/8,10.0.0.0/8"], FORWARDED),
    loggedAddresses(["--trusted-proxies", "10.0.0.0/8"], FORWARDED),
  ]);
  expect(untrusted).toEqual(["127.0.0.1", "127.0.0.1"]);
  expect(trusted).toEqual(["203.0.113.9", "203.0.113.9"]);
  expect(other).toEqual(["127.0.0.1", "127.0.0.1"]);
});

test("a client of IPv4 has an address of IPv4, wherever the server listens", async () => {
  await using server = await RunningServer.start({ args: ["--host", "::"] });
  const port = new URL(server.url).port;
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  await server.stop();
  expect(server.stderr).toContain('"ip":"127.0.0.1"');
});

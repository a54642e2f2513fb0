import { expect, test } from "bun:test";
import { RunningServer } from "../../support/executable/executable.ts";

const HEADERS = { "content-type": "application/json", "x-forwarded-for": "6.6.6.6, 203.0.113.9, 10.0.0.1" };

test.each([
  ["127.0.0.0/8,10.0.0.0/8", "203.0.113.9"],
  ["10.0.0.0/8", "127.0.0.1"],
])("with --trusted-proxies %s a request and its change come from %s", async (proxies, ip) => {
  await using server = await RunningServer.start({ args: ["--trusted-proxies", proxies] });
  const response = await fetch(`${server.url}/publisher.v1/api-token/create`, {
    method: "POST",
    headers: { ...HEADERS, authorization: `Bearer ${server.firstToken}` },
    body: '{"access":"read"}',
  });
  expect(response.status).toBe(200);
  await server.stop();
  const lines = server.log.filter((line) => line.request_id !== undefined && line.actor !== null);
  expect(lines).toMatchObject([
    { message: "change", ip },
    { message: "request", ip },
  ]);
});

test("a client of IPv4 has an address of IPv4, wherever the server listens", async () => {
  await using server = await RunningServer.start({ args: ["--host", "::"] });
  const port = new URL(server.url).port;
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  await server.stop();
  expect(server.stderr).toContain('"ip":"127.0.0.1"');
});

import { afterAll, beforeAll, expect, test } from "bun:test";
import { RunningServer } from "../../support/executable/executable.ts";
import { exchange, rawRequest } from "../../support/http/exchange.ts";

let server: RunningServer;

beforeAll(async () => {
  server = await RunningServer.start();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

async function statusOf(
  target: string,
  fields: readonly string[],
  method = "GET",
): Promise<number | undefined> {
  const request = rawRequest({ method, target, fields });
  return (await exchange(Number(new URL(server.url).port), [request])).answers[0]?.status;
}

test("a target that can be read in more than one way reaches nothing, with a token or without", async () => {
  for (const target of [
    "/forward-auth\\..\\..\\healthz",
    "/forward-auth;/../healthz",
    "/x/../forward-auth/../healthz",
    "/./forward-auth/./../healthz",
    "/forward-auth/wiki/../../healthz",
    "/forward-auth/wiki/x%2f..%2f..%2fhealthz",
    "/forward-auth/wiki/%2e%2e/%2e%2e/swagger",
    "/oauth2/../publisher.v1/api-token/list",
    "/oauth2/..\\publisher.v1/api-token/list",
    "/oauth2/%2e%2e/publisher.v1/api-token/list",
    "/oauth2/%252e%252e/publisher.v1/api-token/list",
    "//healthz",
    "http://x/../healthz",
  ]) {
    for (const method of ["GET", "POST"]) {
      for (const token of [[], [`Authorization: Bearer ${server.firstToken}`]])
        expect([target, await statusOf(target, ["Host: x", ...token], method)]).toEqual([target, 400]);
    }
  }
});

test("two hosts are a 400, and the paths themselves are what they were", async () => {
  for (const [target, status] of [
    ["/", 200],
    ["/healthz", 200],
    ["/swagger", 200],
    ["/healthz/", 404],
    ["/forward-auth/wiki/page/", 401],
    ["/publisher.v1/api-token/list", 401],
  ] as const) {
    expect([target, await statusOf(target, ["Host: x"])]).toEqual([target, status]);
    expect([target, await statusOf(target, ["Host: x", "Host: x"])]).toEqual([target, 400]);
  }
});

import { beforeAll, describe, expect, test } from "bun:test";
import { useTestApi } from "../../support/http/api.ts";
import { BARE_CHALLENGE } from "../../support/http/credentials.ts";
import { answerTo, rawRequest } from "../../support/http/exchange.ts";
import { expectFailure } from "../../support/http/failures.ts";
import { words } from "../../support/words.ts";

const LIST = "/publisher.v1/api-token/list";
const JSON_BODY = ["Content-Type: application/json", "Content-Length: 2"];

const api = useTestApi({ per: "file", listens: true });
let authorization: string;

beforeAll(async () => {
  authorization = `Authorization: Bearer ${api.write}`;
});

/** Sends a list request with these headers. */
async function listed(target: string, fields: readonly string[], version = "HTTP/1.1") {
  const request = rawRequest({ target, version, fields: [...fields, ...JSON_BODY], body: "{}" });
  return await answerTo(api.port, request);
}

/** Expects nothing that needs authentication. */
function expectNothingTold(text: string): void {
  expect(text).not.toMatch(/atok_|"data":\s*\[|"issues"/);
}

test.each([
  [LIST, "x"],
  [LIST, "a"],
  [LIST, "localhost"],
  [LIST, "publisher.example.com:8080"],
  [LIST, "[::1]:8080"],
  [`${LIST}?x=1`, "x"],
  [`http://x${LIST}`, "x"],
  [`http://elsewhere.example:99${LIST}`, "x"],
  [`HTTP://X${LIST}`, "x"],
  [`https://x${LIST}`, "x"],
  [`http://user:password@x${LIST}`, "x"],
])("%s at %s is the endpoint, and needs a token", async (target, host) => {
  const anonymous = await listed(target, [`Host: ${host}`]);
  expectFailure(anonymous, "authentication_error", { headers: { "www-authenticate": BARE_CHALLENGE } });
  const known = await listed(target, [`Host: ${host}`, authorization]);
  expect([known.status, known.json.data.length]).toEqual([200, 2]);
});

test.each(words`
  /aaaa/publisher.v1/api-token/list /aaaaaaaaaaa/publisher.v1/api-token/list /%70ublisher.v1/api-token/list
  /Publisher.v1/api-token/list /?/publisher.v1/api-token/list http://x http://x/
  http://x/aaaa/publisher.v1/api-token/list`)("%s is no endpoint for anybody", async (target) => {
  for (const host of ["Host: x", "Host: localhost"])
    for (const fields of [[host], [host, authorization]]) {
      const answer = await listed(target, fields);
      expect([404, 405]).toContain(answer.status);
      expectNothingTold(answer.text);
    }
});

test.each([
  ...words`x/publisher.v1/api-token/list * \publisher.v1\api-token\list`,
  `ftp://x${LIST}`,
  `@${LIST}`,
  `:80${LIST}`,
  `${LIST}\t`,
  `${LIST} x`,
  `${LIST}\u0001`,
])("%j is no target", async (target) => {
  const answer = await listed(target, ["Host: x", authorization]);
  expect([400, 505]).toContain(answer.status);
  expectNothingTold(answer.text);
});

describe("a client of HTTP/1.0 needs no Host header:", () => {
  test("it is authenticated", async () => {
    const anonymous = await listed(LIST, [], "HTTP/1.0");
    expectFailure(anonymous, "authentication_error", { headers: { "www-authenticate": BARE_CHALLENGE } });
    expect((await listed(LIST, [authorization], "HTTP/1.0")).status).toBe(200);
    expect((await listed(`/aaaa${LIST}`, [authorization], "HTTP/1.0")).status).toBe(404);
  });

  test("its health checks work", async () => {
    const request = rawRequest({ method: "GET", target: "/healthz", version: "HTTP/1.0" });
    expect((await answerTo(api.port, request)).json).toEqual({ status: "ok" });
  });
});

describe("Authorization is one header with one token:", () => {
  const good = () => authorization;
  const REFUSED: readonly (readonly [name: string, fields: () => readonly string[]])[] = [
    ["the same twice", () => [good(), good()]],
    ["another scheme first", () => ["Authorization: Basic eDp5", good()]],
    ["another scheme last", () => [good(), "Authorization: Basic eDp5"]],
    ["an empty one first", () => ["Authorization:", good()]],
    ["an empty one last", () => [good(), "Authorization:"]],
    ["a read token and a write token", () => [good(), `Authorization: Bearer ${api.read}`]],
    ["for a proxy", () => [good().replace("Authorization", "Proxy-Authorization")]],
  ];
  test.each(REFUSED)("%s", async (_, fields) => {
    const answer = await listed(LIST, ["Host: x", ...fields()]);
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toStartWith(BARE_CHALLENGE);
    expectNothingTold(answer.text);
  });

  test("its name may be in lower case, with space around its value", async () => {
    for (const field of [`authorization: Bearer ${api.write}`, `Authorization: \t Bearer ${api.write} \t`])
      expect((await listed(LIST, ["Host: x", field])).status).toBe(200);
  });
});

import { beforeAll, describe, expect, test } from "bun:test";
import { useTestApi } from "../../support/http/api.ts";
import { BARE_CHALLENGE } from "../../support/http/credentials.ts";
import { exchange, rawRequest } from "../../support/http/exchange.ts";
import { expectFailure } from "../../support/http/failures.ts";

const LIST = "/publisher.v1/api-token/list";
const JSON_BODY = ["Content-Type: application/json", "Content-Length: 2"];

const api = useTestApi({ per: "file", listens: true });
let authorization: string;

beforeAll(async () => {
  authorization = `Authorization: Bearer ${api.write}`;
});

/** The answer to a list with these headers; without one where the connection was closed. */
async function answerTo(target: string, fields: readonly string[], version = "HTTP/1.1") {
  const request = rawRequest({ target, version, fields: [...fields, ...JSON_BODY], body: "{}" });
  const { answers } = await exchange(api.port, [request]);
  const [answer] = answers;
  if (answer === undefined) throw new Error("the connection was closed without an answer");
  return answer;
}

/** Whether the answer has anything that only who is authenticated may see. */
function expectNothingTold(text: string): void {
  expect(text).not.toMatch(/atok_|"data":\s*\[|"issues"/);
}

describe("by whatever spelling the router finds an endpoint, it takes a token:", () => {
  const FOUND: readonly (readonly [target: string, host: string])[] = [
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
  ];
  for (const [target, host] of FOUND) {
    test(`${target} at ${host}`, async () => {
      const anonymous = await answerTo(target, [`Host: ${host}`]);
      expectFailure(anonymous, "authentication_error", { headers: { "www-authenticate": BARE_CHALLENGE } });
      const known = await answerTo(target, [`Host: ${host}`, authorization]);
      expect(known.status).toBe(200);
      expect(known.json.data).toHaveLength(2);
    });
  }
});

describe("a path behind which there is no endpoint has none for anybody:", () => {
  for (const target of [
    `/aaaa${LIST}`,
    `/aaaaaaaaaaa${LIST}`,
    "/%70ublisher.v1/api-token/list",
    "/Publisher.v1/api-token/list",
    "/?/publisher.v1/api-token/list",
    "http://x",
    "http://x/",
    `http://x/aaaa${LIST}`,
  ]) {
    for (const host of ["x", "localhost"]) {
      test(`${target} at ${host}`, async () => {
        for (const fields of [[`Host: ${host}`], [`Host: ${host}`, authorization]]) {
          const answer = await answerTo(target, fields);
          expect([404, 405]).toContain(answer.status);
          expectNothingTold(answer.text);
        }
      });
    }
  }
});

describe("a target that is none gets nothing:", () => {
  for (const target of [
    "x/publisher.v1/api-token/list",
    "*",
    "\\publisher.v1\\api-token\\list",
    `ftp://x${LIST}`,
    `@${LIST}`,
    `:80${LIST}`,
    `${LIST}\t`,
    `${LIST} x`,
    `${LIST}\u0001`,
  ]) {
    test(JSON.stringify(target), async () => {
      const answer = await answerTo(target, ["Host: x", authorization]);
      expect([400, 505]).toContain(answer.status);
      expectNothingTold(answer.text);
    });
  }
});

describe("a client of HTTP/1.0 need not name a host:", () => {
  test("it is authenticated", async () => {
    const anonymous = await answerTo(LIST, [], "HTTP/1.0");
    expectFailure(anonymous, "authentication_error", { headers: { "www-authenticate": BARE_CHALLENGE } });
    expect((await answerTo(LIST, [authorization], "HTTP/1.0")).status).toBe(200);
    expect((await answerTo(`/aaaa${LIST}`, [authorization], "HTTP/1.0")).status).toBe(404);
  });

  test("its health checks work", async () => {
    const request = rawRequest({ method: "GET", target: "/healthz", version: "HTTP/1.0" });
    const { answers } = await exchange(api.port, [request]);
    expect(answers[0]?.json).toEqual({ status: "ok" });
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
  for (const [name, fields] of REFUSED) {
    test(name, async () => {
      const answer = await answerTo(LIST, ["Host: x", ...fields()]);
      expect(answer.status).toBe(401);
      expect(answer.headers.get("www-authenticate")).toStartWith(BARE_CHALLENGE);
      expectNothingTold(answer.text);
    });
  }

  for (const [name, field] of [
    ["its name in lower case", (secret: string) => `authorization: Bearer ${secret}`],
    ["space around it", (secret: string) => `Authorization: \t Bearer ${secret} \t`],
  ] as const) {
    test(`${name} is fine`, async () => {
      expect((await answerTo(LIST, ["Host: x", field(api.write)])).status).toBe(200);
    });
  }
});

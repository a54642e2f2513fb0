import { describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { type Answer, useTestApi } from "../../support/http/api.ts";
import { BARE_CHALLENGE } from "../../support/http/credentials.ts";
import { answerTo, chunk, exchange, rawRequest } from "../../support/http/exchange.ts";
import { expectFailure, expectIssues } from "../../support/http/failures.ts";
import { loggedFaults, loggedRequests } from "../../support/http/logged.ts";
import { answerBeforeNext, CHUNKED, lengthField, rawHead } from "./raw-list.ts";

const TOO_LARGE = { data: { limit_bytes: 65_536 } };
const REFUSED = { headers: { "www-authenticate": BARE_CHALLENGE } };

const api = useTestApi({ per: "file", listens: true });

function head(field: string, token: string | null = api.write, target?: string): string {
  return rawHead(field, token, target);
}

async function answerBefore(...pieces: readonly (string | Uint8Array)[]): Promise<Answer> {
  return await answerBeforeNext(api, pieces);
}

function bytes(...values: readonly number[]): Uint8Array {
  return new Uint8Array(values);
}

describe("a body with its length", () => {
  test.each<[name: string, size: number, pieces: readonly (string | Uint8Array)[]]>([
    ["of 64 KiB", 65_536, [`{}${" ".repeat(65_534)}`]],
    ["in many pieces", 21, ["{", '"pag', 'ination":', "{}", "   ", " }"]],
    ["with a byte order mark", 5, [bytes(0xef, 0xbb, 0xbf, 0x7b, 0x7d)]],
  ])("%s is read", async (_, size, pieces) => {
    const answer = await answerBefore(head(lengthField(size)), ...pieces);
    expect(answer.json.data).toHaveLength(2);
  });

  test.each([65_537, 100_000, 1_000_000])("of %d bytes is refused", async (size) => {
    const answer = await answerBefore(head(lengthField(size)), " ".repeat(size));
    expectFailure(answer, "payload_too_large", TOO_LARGE);
  });

  test("that would be too large is refused before it comes", async () => {
    await expectTooLarge(head(lengthField(1_000_000_000)));
  });

  test("is needed", async () => {
    expectIssues(await answerBefore(head("Accept: */*")), [{ path: "", message: "must be a JSON object" }]);
  });

  test("in another encoding than UTF-8 is refused", async () => {
    const answer = await answerBefore(head(lengthField(4)), bytes(0x22, 0xff, 0xfe, 0x22));
    expectIssues(answer, [{ path: "", message: "must be valid UTF-8" }]);
  });

  test("is asked for where the client waits for that", async () => {
    const request = head(lengthField(2)).replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n");
    const { answers } = await exchange(api.port, [request, "{}"], 2);
    expect(answers.map(({ status }) => status)).toEqual([100, 200]);
  });
});

/** Expects a 413 although the body is not whole. */
async function expectTooLarge(...pieces: readonly string[]): Promise<void> {
  expectFailure(await answerTo(api.port, ...pieces), "payload_too_large", TOO_LARGE);
}

describe("a chunked body", () => {
  test("is read", async () => {
    const chunks = ["{", '"pagination":{"limit":1}', "}", ""].map(chunk);
    expect((await answerBefore(head(CHUNKED), ...chunks)).json.data).toHaveLength(1);
    const large = ["{", " ".repeat(32_767), " ".repeat(32_767), "}", ""].map(chunk);
    expect((await answerBefore(head(CHUNKED), ...large)).json.data).toHaveLength(2);
  });

  test("with a character in two chunks is read", async () => {
    const start = [head(CHUNKED, api.write, CREATE), chunk('{"access":"read","description":"')];
    const cut = ["1\r\n", bytes(0xc3), "\r\n3\r\n", bytes(0xa9, 0x22, 0x7d), "\r\n", chunk("")];
    expect((await answerBefore(...start, ...cut)).json.description).toBe("é");
  });

  test("that becomes too large is refused, also before its end", async () => {
    const half = chunk(" ".repeat(32_769));
    expectFailure(await answerBefore(head(CHUNKED), half, half, chunk("")), "payload_too_large", TOO_LARGE);
    await expectTooLarge(head(CHUNKED), chunk(" ".repeat(70_000)));
  });
});

const CREATE = "/publisher.v1/api-token/create";

test("an unread body is not taken for a request", async () => {
  const smuggled = rawRequest({ target: "/publisher.v1/smuggled", fields: ["Host: x"] });
  const large = smuggled.repeat(2000);
  for (const body of [smuggled, large]) {
    const withLength = await answerBefore(head(lengthField(body.length), null), body);
    expectFailure(withLength, "authentication_error", REFUSED);
    const chunked = await answerBefore(head(CHUNKED, null), chunk(body), chunk(""));
    expectFailure(chunked, "authentication_error", REFUSED);
  }
  const tooLarge = await answerBefore(head(lengthField(large.length)), large);
  expectFailure(tooLarge, "payload_too_large", TOO_LARGE);
  for (const target of ["/publisher.v1/nope", "/nope"]) {
    const answer = await answerBefore(head(lengthField(large.length), api.write, target), large);
    expectFailure(answer, "not_found", { data: { resource: "endpoint" } });
  }
  expect(loggedRequests(api).map(({ path }) => path)).not.toContain("/publisher.v1/smuggled");
});

describe("the server goes on after a client that leaves in the middle of", () => {
  test.each<[name: string, pieces: () => readonly string[]]>([
    ["the head", () => [head(lengthField(2)).slice(0, 80)]],
    ["a body with its length", () => [head(lengthField(200)), '{"pag']],
    ["a chunked body", () => [head(CHUNKED), chunk('{"pag')]],
    ["a chunk", () => [head(CHUNKED), '10\r\n{"pag']],
    ["a body that would be too large", () => [head(lengthField(1_000_000)), " ".repeat(1000)]],
    ["a body without a token", () => [head(lengthField(1_000_000), null), " ".repeat(1000)]],
  ])("%s", async (_, pieces) => {
    for (const isAbrupt of [false, true]) await leaveAfter(pieces(), isAbrupt);
    const { answers } = await exchange(api.port, [head(lengthField(2)), "{}"]);
    expect(answers[0]?.status).toBe(200);
    expect(loggedFaults(api)).toEqual([]);
    for (const { status } of loggedRequests(api)) expect(status).toBeLessThan(500);
  });
});

/** Sends the pieces, then closes or resets the connection; the pause lets the server notice. */
async function leaveAfter(pieces: readonly string[], isAbrupt: boolean): Promise<void> {
  const socket = connect(api.port, "127.0.0.1");
  socket.on("error", () => undefined);
  for (const piece of pieces) {
    socket.write(piece);
    await pause(5);
  }
  if (isAbrupt) socket.resetAndDestroy();
  else socket.destroy();
  await pause(20);
}

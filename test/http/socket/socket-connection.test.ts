import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { Answer } from "../../support/http/api.ts";
import { useTestApi } from "../../support/http/api.ts";
import { BARE_CHALLENGE } from "../../support/http/credentials.ts";
import { chunk, exchange, rawRequest } from "../../support/http/exchange.ts";
import { expectFailure } from "../../support/http/failures.ts";
import { loggedFaults, loggedRequests } from "../../support/http/logged.ts";
import { answerBeforeNext, CHUNKED, lengthField, rawHead } from "../../support/store/raw-list.ts";

const TOO_LARGE = { data: { limit_bytes: 65536 } };
const REFUSED = { headers: { "www-authenticate": BARE_CHALLENGE } };

const api = useTestApi({ per: "file", listens: true });

beforeEach(() => {
  api.logLines.length = 0;
});

function head(field: string, token: string | null = api.write, target?: string): string {
  return rawHead(field, token, target);
}

async function answerBefore(...pieces: readonly (string | Uint8Array)[]): Promise<Answer> {
  return await answerBeforeNext(api, pieces);
}

describe("a body that nobody reads leaves the connection in order:", () => {
  afterEach(() => {
    for (const { path } of loggedRequests(api)) expect(path).not.toBe("/publisher.v1/smuggled");
  });

  const smuggled = rawRequest({ target: "/publisher.v1/smuggled", fields: ["Host: x"] });

  test("without a token", async () => {
    for (const body of [smuggled, smuggled.repeat(2000)]) {
      expectFailure(
        await answerBefore(head(lengthField(body.length), null), body),
        "authentication_error",
        REFUSED,
      );
      expectFailure(
        await answerBefore(head(CHUNKED, null), chunk(body), chunk("")),
        "authentication_error",
        REFUSED,
      );
    }
  });

  test("of too large a request, of no endpoint and of a path outside", async () => {
    const body = smuggled.repeat(2000);
    expectFailure(await answerBefore(head(lengthField(body.length)), body), "payload_too_large", TOO_LARGE);
    for (const target of ["/publisher.v1/nope", "/nope"]) {
      const answer = await answerBefore(head(lengthField(body.length), api.write, target), body);
      expectFailure(answer, "not_found", { data: { resource: "endpoint" } });
    }
  });
});

describe("a client that leaves in the middle of", () => {
  const LEAVING: readonly (readonly [name: string, pieces: () => readonly string[]])[] = [
    ["the head", () => [head(lengthField(2)).slice(0, 80)]],
    ["a body with its length", () => [head(lengthField(200)), '{"pag']],
    ["a chunked body", () => [head(CHUNKED), chunk('{"pag')]],
    ["a chunk", () => [head(CHUNKED), '10\r\n{"pag']],
    ["a body that would be too large", () => [head(lengthField(1_000_000)), " ".repeat(1000)]],
    ["a body without a token", () => [head(lengthField(1_000_000), null), " ".repeat(1000)]],
  ];
  for (const [name, pieces] of LEAVING) {
    test(`${name} leaves the server as it was`, async () => {
      for (const isAbrupt of [false, true]) await leaveAfter(pieces(), isAbrupt);
      const { answers } = await exchange(api.port, [head(lengthField(2)), "{}"]);
      expect(answers[0]?.status).toBe(200);
      expect(loggedFaults(api)).toEqual([]);
      for (const { status } of loggedRequests(api)) expect(status).toBeLessThan(500);
    });
  }
});

/** Sends the pieces and is gone, in order or by a reset; resolves once the server may have noticed. */
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

import { describe, expect, test } from "bun:test";
import type { Answer } from "../../support/http/api.ts";
import { useTestApi } from "../../support/http/api.ts";
import { chunk, exchange } from "../../support/http/exchange.ts";
import { expectFailure, expectIssues } from "../../support/http/failures.ts";
import { answerBeforeNext, CHUNKED, lengthField, rawHead } from "../../support/store/raw-list.ts";

const TOO_LARGE = { data: { limit_bytes: 65536 } };

const api = useTestApi({ per: "file", listens: true });

function head(field: string, token: string | null = api.write, target?: string): string {
  return rawHead(field, token, target);
}

async function answerBefore(...pieces: readonly (string | Uint8Array)[]): Promise<Answer> {
  return await answerBeforeNext(api, pieces);
}

describe("a body with its length", () => {
  test("of 64 KiB is read", async () => {
    const answer = await answerBefore(head(lengthField(65_536)), `{}${" ".repeat(65_534)}`);
    expect(answer.json.data).toHaveLength(2);
  });

  test("in many pieces is read", async () => {
    const answer = await answerBefore(head(lengthField(21)), "{", '"pag', 'ination":', "{}", "   ", " }");
    expect(answer.json.data).toHaveLength(2);
  });

  for (const size of [65_537, 100_000, 1_000_000]) {
    test(`of ${size} bytes is refused`, async () => {
      expectFailure(
        await answerBefore(head(lengthField(size)), " ".repeat(size)),
        "payload_too_large",
        TOO_LARGE,
      );
    });
  }

  test("is refused before it comes, if it would be too large", async () => {
    const { answers } = await exchange(api.port, [head(lengthField(1_000_000_000))]);
    expectFailure(answers[0] ?? missing(), "payload_too_large", TOO_LARGE);
  });

  test("is not asked of a request that has none", async () => {
    expectIssues(await answerBefore(head("Accept: */*")), [{ path: "", message: "must be a JSON object" }]);
  });

  test("that is no UTF-8 is refused", async () => {
    const answer = await answerBefore(head(lengthField(4)), new Uint8Array([0x22, 0xff, 0xfe, 0x22]));
    expectIssues(answer, [{ path: "", message: "must be valid UTF-8" }]);
  });

  test("with a byte order mark is read", async () => {
    const answer = await answerBefore(head(lengthField(5)), new Uint8Array([0xef, 0xbb, 0xbf, 0x7b, 0x7d]));
    expect(answer.status).toBe(200);
  });

  test("is asked for where the client waits to be asked", async () => {
    const request = head(lengthField(2)).replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n");
    const { answers } = await exchange(api.port, [request, "{}"], 2);
    expect(answers.map(({ status }) => status)).toEqual([100, 200]);
  });
});

describe("a chunked body", () => {
  test("is read", async () => {
    const answer = await answerBefore(
      head(CHUNKED),
      chunk("{"),
      chunk('"pagination":{"limit":1}'),
      chunk("}"),
      chunk(""),
    );
    expect(answer.json.data).toHaveLength(1);
  });

  test("of 64 KiB is read", async () => {
    const half = chunk(" ".repeat(32_767));
    const answer = await answerBefore(head(CHUNKED), chunk("{"), half, half, chunk("}"), chunk(""));
    expect(answer.status).toBe(200);
  });

  test("whose characters are cut in two is read", async () => {
    const [first, second] = [[0xc3], [0xa9, 0x22, 0x7d]].map((bytes) => new Uint8Array(bytes));
    const target = "/publisher.v1/api-token/create";
    const start = head(CHUNKED, api.write, target);
    const before = chunk('{"access":"read","description":"');
    const answer = await answerBefore(
      start,
      before,
      "1\r\n",
      first ?? "",
      "\r\n3\r\n",
      second ?? "",
      "\r\n",
      chunk(""),
    );
    expect(answer.json.description).toBe("é");
  });

  test("that turns out too large is refused", async () => {
    const half = chunk(" ".repeat(32_769));
    expectFailure(await answerBefore(head(CHUNKED), half, half, chunk("")), "payload_too_large", TOO_LARGE);
  });

  test("that turns out too large is refused before it ends", async () => {
    const { answers } = await exchange(api.port, [head(CHUNKED), chunk(" ".repeat(70_000))]);
    expectFailure(answers[0] ?? missing(), "payload_too_large", TOO_LARGE);
  });
});

function missing(): never {
  throw new Error("the connection was closed without an answer");
}

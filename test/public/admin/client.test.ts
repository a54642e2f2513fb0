import { afterAll, afterEach, expect, spyOn, test } from "bun:test";
import { ApiError, isAnswerLost, NotAToken, post, Unreadable } from "../../../public/admin/api/client.ts";

const fetched = spyOn(globalThis, "fetch");
afterEach(() => fetched.mockReset());
afterAll(() => fetched.mockRestore());

test.each([
  ["sk_live_…VamC", "This is a token's hint, not the token"],
  ["пароль", "This is not an API token"],
  ["sk_live_two words", "This is not an API token"],
  ["sk_live_\u0000", "This is not an API token"],
])("%p is refused before it is sent", async (secret, words) => {
  const refusal = await post("api-token/current", {}, secret).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(NotAToken);
  expect(refusal).toHaveProperty("message", words);
  expect(fetched).not.toHaveBeenCalled();
});

function envelope(data: object): string {
  return JSON.stringify({ error: { message: "No", trace_id: "of the body", data } });
}

/** The answer or the error of a call with a stubbed response. */
async function outcome(body: string, status: number): Promise<unknown> {
  fetched.mockResolvedValue(new Response(body, { status, headers: { "trace-id": "of the header" } }));
  return await post("api-token/create", {}, "sk_live_1").catch((error: unknown) => error);
}

test("an error of the API is shown in its words", async () => {
  const issues = [
    { path: "audiences[3]", message: "is odd" },
    { path: "expires_at", message: "is past" },
  ];
  const error = await outcome(envelope({ issues }), 400);
  if (!(error instanceof ApiError)) throw new Error("the API's error is none");
  expect(error).toMatchObject({ message: "No", status: 400, traceId: "of the body", issues });
  const names = ["audiences", "expires_at", "expires", "description"];
  expect(names.map((name) => error.faultOf(name))).toEqual(["is odd", "is past", null, null]);
});

test.each([
  '{"error":"Bad Gateway"}',
  '{"error":{"message":"Bad Gateway"}}',
  '{"error":null}',
  "null",
  "<h1>Bad Gateway</h1>",
  "",
])("an error that is not the API's own, as %p, is shown by its status", async (body) => {
  const error = await outcome(body, 502);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({
    message: "The server answered with status 502",
    traceId: "of the header",
    issues: [],
  });
});

test.each(["<h1>Welcome</h1>", '{"id":', "", "null", "1"])(
  "a success with the body %p is unreadable, and so a lost answer",
  async (body) => {
    const error = await outcome(body, 200);
    expect([error instanceof Unreadable, isAnswerLost(error)]).toEqual([true, true]);
  },
);

const REPLACED = { resource: "api-token", status: "revoked", replaced_by: "atok_2" };

test.each([
  [409, REPLACED, { status: "revoked", replaced_by: "atok_2" }],
  [409, { ...REPLACED, replaced_by: null }, { status: "revoked", replaced_by: null }],
  [404, { resource: "api-token" }, null],
])("%i with %j has the conflict %j", async (status, data, conflict) => {
  expect(await outcome(envelope(data), status)).toMatchObject({ conflict });
});

test.each([
  ["a failure of the API", 503, {}, false],
  ["a failure of the API", 500, {}, false],
  ["a waiting revocation", 503, { outcome: "pending" }, false],
  ["an unknown outcome", 503, { outcome: "unknown" }, true],
  ["a refusal", 409, {}, false],
  ["a proxy", 502, null, true],
  ["a proxy", 503, null, true],
  ["a proxy", 504, null, true],
  ["a proxy with an envelope", 502, {}, true],
  ["a proxy with an envelope", 504, {}, true],
  ["a proxy that refuses", 413, null, false],
])(
  "whether %s with status %p and %j leaves open if a change was made: %p",
  async (_, status, data, isLost) => {
    expect(isAnswerLost(await outcome(data === null ? "" : envelope(data), status))).toBe(isLost);
  },
);

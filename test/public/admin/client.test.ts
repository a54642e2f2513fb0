import { afterEach, beforeEach, expect, type Mock, spyOn, test } from "bun:test";
import { ApiError, isAnswerLost, NotAToken, post, Unreadable } from "../../../public/admin/api/client.ts";

let fetched: Mock<typeof fetch>;

beforeEach(() => {
  fetched = spyOn(globalThis, "fetch");
});

afterEach(() => {
  fetched.mockRestore();
});

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

/** What comes of a call that is answered so. */
async function outcome(body: string, status: number): Promise<unknown> {
  fetched.mockResolvedValue(new Response(body, { status, headers: { "trace-id": "of the header" } }));
  return await post("api-token/create", {}, "sk_live_1").catch((error: unknown) => error);
}

test("an error of the API is told in its words", async () => {
  const error = {
    message: "No",
    trace_id: "of the body",
    data: { issues: [{ path: "id", message: "odd" }] },
  };
  const told = await outcome(JSON.stringify({ error }), 400);
  expect(told).toBeInstanceOf(ApiError);
  expect(told).toMatchObject({
    message: "No",
    status: 400,
    traceId: "of the body",
    issues: error.data.issues,
  });
});

test.each([
  '{"error":"Bad Gateway"}',
  '{"error":{"message":"Bad Gateway"}}',
  '{"error":null}',
  "null",
  "<h1>Bad Gateway</h1>",
  "",
])("an error that is not the API's own, as %p, is told by its status", async (body) => {
  const told = await outcome(body, 502);
  expect(told).toBeInstanceOf(ApiError);
  expect(told).toMatchObject({
    message: "The server answered with status 502",
    traceId: "of the header",
    issues: [],
  });
});

test.each(["<h1>Welcome</h1>", '{"id":', "", "null", "1"])(
  "a success that says %p is unreadable",
  async (body) => {
    expect(await outcome(body, 200)).toBeInstanceOf(Unreadable);
  },
);

test("what keeps a token from being changed is told, and what is wrong with a parameter by its name", async () => {
  const envelope = (data: object) => JSON.stringify({ error: { message: "No", trace_id: "1", data } });
  const successor = { resource: "api-token", status: "revoked", replaced_by: "atok_2" };
  expect(await outcome(envelope(successor), 409)).toMatchObject({
    conflict: { status: "revoked", replaced_by: "atok_2" },
  });
  expect(await outcome(envelope({ ...successor, replaced_by: null }), 409)).toMatchObject({
    conflict: { status: "revoked", replaced_by: null },
  });
  expect(await outcome(envelope({ resource: "api-token" }), 404)).toMatchObject({ conflict: null });
  const issues = [
    { path: "audiences[3]", message: "is odd" },
    { path: "expires_at", message: "is past" },
  ];
  const told = await outcome(envelope({ issues }), 400);
  if (!(told instanceof ApiError)) throw new Error("the API's error is none");
  const names = ["audiences", "expires_at", "expires", "description"];
  expect(names.map((name) => told.faultOf(name))).toEqual(["is odd", "is past", null, null]);
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
    const body = data === null ? "" : JSON.stringify({ error: { message: "No", trace_id: "1", data } });
    expect(isAnswerLost(await outcome(body, status))).toBe(isLost);
  },
);

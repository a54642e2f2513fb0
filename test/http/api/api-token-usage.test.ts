import { expect, test } from "bun:test";
import { useTestApi } from "../../support/http/api.ts";
import { expectFailure, expectIssues } from "../../support/http/failures.ts";
import { each, type Issue, NO_TIME, NO_TOKEN_ID, testRefusals, UNKNOWN } from "./refused-bodies.ts";

const api = useTestApi();

const UNKNOWN_ID = "atok_0000000000000000000000";
const SOME_IDS = "must be a list of 1 to 100 token ids";
const TOO_LARGE =
  "must be fewer, or from and to nearer to each other: at most 10000 buckets of all tokens together";
const START = "2026-06-01T00:00:00Z";

async function created(): Promise<{ id: string; token: string }> {
  return (await api.call("api-token/create", { access: "read" })).json;
}

async function usage(body: object, token = api.write) {
  await api.usage.flush();
  return await api.call("api-token/usage", body, token);
}

test("usage returns the uses of one token, also to a read token", async () => {
  const { id, token } = await created();
  await api.call("api-token/list", {}, token);
  await api.call("api-token/create", { access: "read" }, token);
  api.nowMs += 2 * 3_600_000;
  await api.call("api-token/get", { id }, token);
  const answer = await usage({ id, bucket: "hour" }, api.read);
  const expected = {
    bucket: "hour",
    from: "2026-04-27T15:00:00Z",
    to: "2026-06-01T15:00:00Z",
    buckets: [
      { start: "2026-06-01T12:00:00Z", accepted: 1, refused: 1 },
      { start: "2026-06-01T14:00:00Z", accepted: 1, refused: 0 },
    ],
  };
  expect([answer.status, answer.text]).toEqual([200, JSON.stringify(expected)]);
  const byDay = (await usage({ id, bucket: "day" })).json.buckets;
  expect(byDay).toEqual([{ start: START, accepted: 2, refused: 1 }]);
});

test("usage returns the uses of several tokens in the order of their ids, and their sum", async () => {
  const [first, second] = [await created(), await created()];
  for (const { token } of [first, second, second]) await api.call("api-token/list", {}, token);
  const { json } = await usage({ ids: [second.id, first.id], bucket: "day" });
  expect(json.buckets).toEqual([{ start: START, accepted: 3, refused: 0 }]);
  expect(json.tokens).toEqual([
    { id: second.id, buckets: [{ start: START, accepted: 2, refused: 0 }] },
    { id: first.id, buckets: [{ start: START, accepted: 1, refused: 0 }] },
  ]);
});

test("usage returns the uses of all tokens without an id", async () => {
  for (let count = 0; count < 3; count += 1) await api.call("api-token/current", {}, api.read);
  const { json } = await usage({ bucket: "day" });
  // The request is a use itself, and counted before it is answered.
  expect(json.buckets).toEqual([{ start: START, accepted: 4, refused: 0 }]);
  expect(json).not.toHaveProperty("tokens");
});

test("usage returns whole buckets of a period in any zone", async () => {
  const { id, token } = await created();
  for (let hour = 0; hour < 4; hour += 1) {
    await api.call("api-token/current", {}, token);
    api.nowMs += 3_600_000;
  }
  const part = { from: "2026-06-01T15:59:00+02:00", to: "2026-06-01T14:00:01Z" };
  const { json } = await usage({ id, bucket: "hour", ...part });
  expect(json).toMatchObject({ from: "2026-06-01T13:00:00Z", to: "2026-06-01T15:00:00Z" });
  const starts = json.buckets.map(({ start }: { start: string }) => start);
  expect(starts).toEqual(["2026-06-01T13:00:00Z", "2026-06-01T14:00:00Z"]);
  const later = { from: "2026-06-01T23:00:00Z", to: "2026-06-02T23:00:00Z" };
  const now = "2026-06-01T17:00:00Z";
  const nothing = { bucket: "hour", from: now, to: now, buckets: [] };
  expect((await usage({ id, bucket: "hour", ...later })).json).toEqual(nothing);
});

test("usage takes up to 100 tokens and 10,000 buckets", async () => {
  const ids: string[] = [];
  for (let count = 0; count < 100; count += 1) ids.push((await created()).id);
  const { json } = await usage({ ids, from: "2026-05-28T09:00:00Z", bucket: "hour" });
  expect(json.tokens.map(({ id }: { id: string }) => id)).toEqual(ids);
  const refuses = async (body: object, message: string) =>
    expectIssues(await usage(body), [{ path: "ids", message }]);
  await refuses({ ids: [...ids, UNKNOWN_ID], bucket: "hour" }, SOME_IDS);
  const tooLong = { ids, from: "2026-05-28T08:59:59Z", bucket: "hour" };
  await refuses(tooLong, TOO_LARGE);
  await refuses({ ids: ids.slice(0, 26), bucket: "day" }, TOO_LARGE);
  expect((await usage({ ...tooLong, ids: ids.slice(1) })).status).toBe(200);
  expect((await usage({ ids: ids.slice(0, 25), bucket: "day" })).status).toBe(200);
});

const hourly = (more: object) => ({ bucket: "hour", ...more });
const NO_PERIOD: Issue = ["from", "must be before to"];

testRefusals(api, "api-token/usage", [
  [{}, ["bucket", "is required"]],
  [{ bucket: "week" }, ["bucket", 'must be "hour" or "day"']],
  ...each(["nope", null], (id) => hourly({ id }), ["id", NO_TOKEN_ID]),
  ...each([[], "atok_0"], (ids) => hourly({ ids }), ["ids", SOME_IDS]),
  ...each(["x", 7], (id) => hourly({ ids: ["atok_0", id] }), ["ids[1]", NO_TOKEN_ID]),
  [hourly({ ids: ["atok_0", "atok_0"] }), ["ids", "must have each id only once"]],
  [hourly({ from: "yesterday", to: 7 }), ["from", NO_TIME], ["to", NO_TIME]],
  [hourly({ days: 7 }), ["days", UNKNOWN]],
  [hourly({ from: START, to: "2026-06-01T02:00:00+02:00" }), NO_PERIOD],
  [
    hourly({ id: "atok_0", ids: ["atok_0"], from: "2026-06-02T00:00:00Z", to: START }),
    ["ids", "must not be given together with id"],
    NO_PERIOD,
  ],
]);

test("usage of an unknown token is a 404", async () => {
  const { id } = await created();
  for (const asked of [{ id: UNKNOWN_ID }, { ids: [id, UNKNOWN_ID] }]) {
    const answer = await usage({ ...asked, bucket: "day" });
    expectFailure(answer, "not_found", { data: { resource: "api-token" } });
  }
});

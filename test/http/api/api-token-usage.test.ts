import { describe, expect, test } from "bun:test";
import { useTestApi } from "../../support/http/api.ts";
import { expectFailure, expectIssues } from "../../support/http/failures.ts";

const api = useTestApi();

const UNKNOWN = "atok_0000000000000000000000";
const NOT_A_TIME = "must be a time as in RFC 3339, such as 2030-12-31T23:59:59Z, from 1970 to 9999 in UTC";
const NOT_AN_ID = 'must be a token id: "atok_" and 1 to 64 letters and digits';
const SOME_IDS = "must be a list of 1 to 100 token ids";
const TOO_LARGE =
  "must be fewer, or from and to nearer to each other: at most 10000 buckets of all tokens together";

async function created(body: object = { access: "read" }): Promise<{ id: string; token: string }> {
  return (await api.call("api-token/create", body)).json;
}

async function usage(body: object, token = api.write) {
  await api.usage.flush();
  return await api.call("api-token/usage", body, token);
}

describe("what is told:", () => {
  test("the uses of one token, for a read token", async () => {
    const { id, token } = await created();
    await api.call("api-token/list", {}, token);
    await api.call("api-token/create", { access: "read" }, token);
    api.nowMs += 2 * 3_600_000;
    await api.call("api-token/get", { id }, token);
    const answer = await usage({ id, bucket: "hour" }, api.read);
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({
      bucket: "hour",
      from: "2026-04-27T15:00:00Z",
      to: "2026-06-01T15:00:00Z",
      buckets: [
        { start: "2026-06-01T12:00:00Z", accepted: 1, refused: 1 },
        { start: "2026-06-01T14:00:00Z", accepted: 1, refused: 0 },
      ],
    });
    expect(Object.keys(answer.json)).toEqual(["bucket", "from", "to", "buckets"]);
    expect((await usage({ id, bucket: "day" })).json.buckets).toEqual([
      { start: "2026-06-01T00:00:00Z", accepted: 2, refused: 1 },
    ]);
  });

  test("the uses of several, in the order asked for, and their sum", async () => {
    const [first, second] = [await created(), await created()];
    await api.call("api-token/list", {}, first.token);
    await api.call("api-token/list", {}, second.token);
    await api.call("api-token/list", {}, second.token);
    const { json } = await usage({ ids: [second.id, first.id], bucket: "day" });
    const start = "2026-06-01T00:00:00Z";
    expect(json.buckets).toEqual([{ start, accepted: 3, refused: 0 }]);
    expect(json.tokens).toEqual([
      { id: second.id, buckets: [{ start, accepted: 2, refused: 0 }] },
      { id: first.id, buckets: [{ start, accepted: 1, refused: 0 }] },
    ]);
  });

  test("those of all tokens without either", async () => {
    for (let count = 0; count < 3; count += 1) await api.call("api-token/current", {}, api.read);
    const { json } = await usage({ bucket: "day" });
    // The question is a use itself, and counted before it is answered.
    expect(json.buckets).toEqual([{ start: "2026-06-01T00:00:00Z", accepted: 4, refused: 0 }]);
    expect(json).not.toHaveProperty("tokens");
  });

  test("a part, in whole buckets, whatever zone it is asked for in", async () => {
    const { id, token } = await created();
    for (let hour = 0; hour < 4; hour += 1) {
      await api.call("api-token/current", {}, token);
      api.nowMs += 3_600_000;
    }
    const part = { from: "2026-06-01T15:59:00+02:00", to: "2026-06-01T14:00:01Z" };
    const { json } = await usage({ id, bucket: "hour", ...part });
    expect(json).toMatchObject({ from: "2026-06-01T13:00:00Z", to: "2026-06-01T15:00:00Z" });
    expect(json.buckets.map(({ start }: { start: string }) => start)).toEqual([
      "2026-06-01T13:00:00Z",
      "2026-06-01T14:00:00Z",
    ]);
    const nothing = { from: "2026-06-01T23:00:00Z", to: "2026-06-02T23:00:00Z" };
    expect((await usage({ id, bucket: "hour", ...nothing })).json).toEqual({
      bucket: "hour",
      from: "2026-06-01T17:00:00Z",
      to: "2026-06-01T17:00:00Z",
      buckets: [],
    });
  });

  test("a hundred tokens at once", async () => {
    const ids: string[] = [];
    for (let count = 0; count < 100; count += 1) ids.push((await created()).id);
    const from = "2026-05-28T09:00:00Z";
    const { json } = await usage({ ids, from, bucket: "hour" });
    expect(json.tokens.map(({ id }: { id: string }) => id)).toEqual(ids);
    expectIssues(await usage({ ids: [...ids, UNKNOWN], bucket: "hour" }), [
      { path: "ids", message: SOME_IDS },
    ]);
    const tooLong = { ids, from: "2026-05-28T08:59:59Z", bucket: "hour" };
    expectIssues(await usage(tooLong), [{ path: "ids", message: TOO_LARGE }]);
    expect((await usage({ ...tooLong, ids: ids.slice(1) })).status).toBe(200);
    expectIssues(await usage({ ids: ids.slice(0, 26), bucket: "day" }), [
      { path: "ids", message: TOO_LARGE },
    ]);
    expect((await usage({ ids: ids.slice(0, 25), bucket: "day" })).status).toBe(200);
  });
});

describe("what is refused:", () => {
  const REFUSED: readonly (readonly [body: object, ...issues: { path: string; message: string }[]])[] = [
    [{}, { path: "bucket", message: "is required" }],
    [{ bucket: "week" }, { path: "bucket", message: 'must be "hour" or "day"' }],
    [
      { bucket: "hour", id: "nope" },
      { path: "id", message: NOT_AN_ID },
    ],
    [
      { bucket: "hour", id: null },
      { path: "id", message: NOT_AN_ID },
    ],
    [
      { bucket: "hour", ids: [] },
      { path: "ids", message: SOME_IDS },
    ],
    [
      { bucket: "hour", ids: "atok_0" },
      { path: "ids", message: SOME_IDS },
    ],
    [
      { bucket: "hour", ids: ["atok_0", "x"] },
      { path: "ids[1]", message: NOT_AN_ID },
    ],
    [
      { bucket: "hour", ids: ["atok_0", 7] },
      { path: "ids[1]", message: NOT_AN_ID },
    ],
    [
      { bucket: "hour", ids: ["atok_0", "atok_0"] },
      { path: "ids", message: "must have each id only once" },
    ],
    [
      { bucket: "hour", from: "yesterday", to: 7 },
      { path: "from", message: NOT_A_TIME },
      { path: "to", message: NOT_A_TIME },
    ],
    [
      { bucket: "hour", days: 7 },
      { path: "days", message: "is not a known parameter" },
    ],
    [
      { bucket: "day", from: "2026-06-01T00:00:00Z", to: "2026-06-01T02:00:00+02:00" },
      { path: "from", message: "must be before to" },
    ],
    [
      {
        bucket: "day",
        id: "atok_0",
        ids: ["atok_0"],
        from: "2026-06-02T00:00:00Z",
        to: "2026-06-01T00:00:00Z",
      },
      { path: "ids", message: "must not be given together with id" },
      { path: "from", message: "must be before to" },
    ],
  ];
  for (const [body, ...issues] of REFUSED)
    test(JSON.stringify(body), async () => expectIssues(await usage(body), issues));

  test("a token that there is not", async () => {
    const { id } = await created();
    for (const asked of [{ id: UNKNOWN }, { ids: [id, UNKNOWN] }])
      expectFailure(await usage({ ...asked, bucket: "day" }), "not_found", {
        data: { resource: "api-token" },
      });
  });
});

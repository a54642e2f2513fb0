import { expect, test } from "bun:test";
import { type Answer, useTestApi } from "../../support/http/api.ts";
import { expectFailure } from "../../support/http/failures.ts";
import { each, NO_TOKEN_ID, testRefusals, UNKNOWN } from "./refused-bodies.ts";

const api = useTestApi();

async function created(body: object = {}): Promise<{ id: string; token: string }> {
  return (await api.call("api-token/create", { access: "read", ...body })).json;
}

async function rotate(id: string, more: object = {}): Promise<Answer> {
  return await api.call("api-token/rotate", { id, ...more });
}

async function status(secret: string): Promise<number> {
  return (await api.call("api-token/current", {}, secret)).status;
}

async function get(id: string): Promise<Answer["json"]> {
  return (await api.call("api-token/get", { id })).json;
}

test("rotate answers as create does, with the id of the replaced token", async () => {
  const old = await created({ description: "CI", audiences: ["wiki"], expires_at: "2026-06-02T12:00:00Z" });
  api.nowMs += 3_600_000;
  const { json, text, headers } = await rotate(old.id);
  expect(headers.get("cache-control")).toBe("no-store");
  const expected = {
    id: json.id,
    access: "read",
    description: "CI",
    token: json.token,
    created_at: "2026-06-01T13:00:00Z",
    expires_at: "2026-06-02T13:00:00Z",
    audiences: ["wiki"],
    replaces: old.id,
  };
  expect(text).toBe(JSON.stringify(expected));
  expect(json.token).toMatch(/^sk_live_[0-9A-Za-z]{49}$/);
  const replaced = { status: "active", replaced_by: json.id, expires_at: "2026-06-02T12:00:00Z" };
  expect(await get(old.id)).toMatchObject(replaced);
  expect(await get(json.id)).toMatchObject({ status: "active", replaced_by: null });
});

test("the old secret works for a day by default, and then it is expired", async () => {
  const old = await created();
  const { token } = (await rotate(old.id)).json;
  api.nowMs = Date.parse("2026-06-02T11:59:59.999Z");
  expect([await status(old.token), await status(token)]).toEqual([200, 200]);
  api.nowMs += 1;
  expect([await status(old.token), await status(token)]).toEqual([401, 200]);
  expect(await get(old.id)).toMatchObject({ status: "expired", revoked_at: null });
});

test("without an overlap the old token is revoked at once", async () => {
  const old = await created({ expires_at: "2026-07-01T00:00:00Z" });
  const { id, token } = (await rotate(old.id, { overlap_seconds: 0 })).json;
  expect([await status(old.token), await status(token)]).toEqual([401, 200]);
  const revoked = { status: "revoked", revoked_at: "2026-06-01T12:00:00Z", replaced_by: id };
  expect(await get(old.id)).toMatchObject({ ...revoked, expires_at: "2026-07-01T00:00:00Z" });
});

test("the successor has the requested expiry, or none", async () => {
  for (const expires_at of ["2027-01-01T00:00:00Z", null]) {
    const { id } = await created({ expires_at: "2026-07-01T00:00:00Z" });
    expect((await rotate(id, { expires_at })).json.expires_at).toBe(expires_at);
  }
});

test("a write token that rotates itself goes on with its successor", async () => {
  const { id } = (await api.call("api-token/current")).json;
  const { token } = (await rotate(id, { overlap_seconds: 0 })).json;
  expect((await api.call("api-token/create", { access: "read" })).status).toBe(401);
  expect((await api.call("api-token/create", { access: "read" }, token)).status).toBe(200);
});

test("a replaced, revoked or expired token is a conflict that names the successor, and an unknown id a 404", async () => {
  const [one, two] = [await created(), await created({ expires_at: "2026-06-01T12:00:01Z" })];
  const data = { resource: "api-token", status: "active", replaced_by: (await rotate(one.id)).json.id };
  const again = await rotate(one.id);
  expectFailure(again, "conflict", { data });
  expect(again.json.error.message).toBe("The API token was already replaced");
  await api.call("api-token/revoke", { id: one.id });
  expectFailure(await rotate(one.id), "conflict", { data: { ...data, status: "revoked" } });
  api.nowMs += 1000;
  const expired = await rotate(two.id);
  expectFailure(expired, "conflict", { data: { ...data, status: "expired", replaced_by: null } });
  expect(expired.json.error.message).toBe("The API token is expired and stays so");
  expectFailure(await rotate("atok_0"), "not_found", { data: { resource: "api-token" } });
});

const withId = (more: object) => ({ id: "atok_0", ...more });

testRefusals(api, "api-token/rotate", [
  ...each([-1, 2_592_001, 0.5, "0", null], (overlap_seconds) => withId({ overlap_seconds }), [
    "overlap_seconds",
    "must be a whole number of seconds from 0 to 2592000",
  ]),
  [withId({ expires_at: "2026-06-01T12:00:00Z" }), ["expires_at", "must be in the future"]],
  [withId({ access: "write", audiences: ["git"] }), ["access", UNKNOWN], ["audiences", UNKNOWN]],
  [{ id: "atok_" }, ["id", NO_TOKEN_ID]],
]);

test("a refused rotation changes nothing, and the longest overlap is accepted", async () => {
  const { id } = await created();
  const before = await get(id);
  expect((await rotate(id, { overlap_seconds: -1 })).status).toBe(400);
  expect(await get(id)).toEqual(before);
  expect((await rotate(id, { overlap_seconds: 2_592_000 })).status).toBe(200);
});

test("of many at once one succeeds, and the conflicts of the others name its successor", async () => {
  const { id } = await created();
  const answers = await Promise.all(Array.from({ length: 20 }, () => rotate(id)));
  const [successor, ...more] = answers.filter((answer) => answer.status === 200);
  expect(more).toEqual([]);
  const conflicts = answers.filter((answer) => answer.status === 409);
  expect(conflicts).toHaveLength(19);
  for (const { json } of conflicts) expect(json.error.data.replaced_by).toBe(successor?.json.id);
});

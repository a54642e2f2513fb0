import { describe, expect, test } from "bun:test";
import { type Answer, useTestApi } from "../../support/http/api.ts";
import { expectFailure, expectIssues } from "../../support/http/failures.ts";

const api = useTestApi();

async function created(body: object = {}): Promise<{ id: string; token: string }> {
  return (await api.call("api-token/create", { access: "read", ...body })).json;
}

async function status(secret: string): Promise<number> {
  return (await api.call("api-token/current", {}, secret)).status;
}

async function get(id: string): Promise<Answer["json"]> {
  return (await api.call("api-token/get", { id })).json;
}

describe("rotate", () => {
  test("answers as create does, and whom it replaces", async () => {
    const old = await created({ description: "CI", audiences: ["wiki"], expires_at: "2026-06-02T12:00:00Z" });
    api.nowMs += 3_600_000;
    const answer = await api.call("api-token/rotate", { id: old.id });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.text).toBe(
      JSON.stringify({
        id: answer.json.id,
        access: "read",
        description: "CI",
        token: answer.json.token,
        created_at: "2026-06-01T13:00:00Z",
        expires_at: "2026-06-02T13:00:00Z",
        audiences: ["wiki"],
        replaces: old.id,
      }),
    );
    expect(answer.json.token).toMatch(/^sk_live_[0-9A-Za-z]{49}$/);
    expect(await get(old.id)).toMatchObject({
      status: "active",
      replaced_by: answer.json.id,
      expires_at: "2026-06-02T12:00:00Z",
    });
    expect(await get(answer.json.id)).toMatchObject({ status: "active", replaced_by: null });
  });

  test("leaves the old secret working for a day unless told otherwise, and then it is expired", async () => {
    const old = await created();
    const { token } = (await api.call("api-token/rotate", { id: old.id })).json;
    api.nowMs = Date.parse("2026-06-02T11:59:59.999Z");
    expect([await status(old.token), await status(token)]).toEqual([200, 200]);
    api.nowMs += 1;
    expect([await status(old.token), await status(token)]).toEqual([401, 200]);
    expect(await get(old.id)).toMatchObject({ status: "expired", revoked_at: null });
  });

  test("without an overlap revokes the old one at once", async () => {
    const old = await created({ expires_at: "2026-07-01T00:00:00Z" });
    const { id, token } = (await api.call("api-token/rotate", { id: old.id, overlap_seconds: 0 })).json;
    expect([await status(old.token), await status(token)]).toEqual([401, 200]);
    expect(await get(old.id)).toMatchObject({
      status: "revoked",
      revoked_at: "2026-06-01T12:00:00Z",
      expires_at: "2026-07-01T00:00:00Z",
      replaced_by: id,
    });
  });

  test("takes an expiry for the successor, or none", async () => {
    const [one, two] = [await created(), await created({ expires_at: "2026-07-01T00:00:00Z" })];
    const asked = { id: one.id, expires_at: "2027-01-01T00:00:00Z" };
    expect((await api.call("api-token/rotate", asked)).json.expires_at).toBe("2027-01-01T00:00:00Z");
    expect((await api.call("api-token/rotate", { id: two.id, expires_at: null })).json.expires_at).toBeNull();
  });

  test("of itself: a write token goes on with its successor", async () => {
    const { id } = (await api.call("api-token/current")).json;
    const { token } = (await api.call("api-token/rotate", { id, overlap_seconds: 0 })).json;
    expect((await api.call("api-token/create", { access: "read" })).status).toBe(401);
    expect((await api.call("api-token/create", { access: "read" }, token)).status).toBe(200);
  });

  test("of what was replaced, is expired or is revoked is a conflict that names the successor, if any", async () => {
    const [one, two] = [await created(), await created({ expires_at: "2026-06-01T12:00:01Z" })];
    const successor = (await api.call("api-token/rotate", { id: one.id })).json.id;
    const data = { resource: "api-token", status: "active", replaced_by: successor };
    const again = await api.call("api-token/rotate", { id: one.id });
    expectFailure(again, "conflict", { data });
    expect(again.json.error.message).toBe("The API token was already replaced");
    await api.call("api-token/revoke", { id: one.id });
    const revoked = await api.call("api-token/rotate", { id: one.id });
    expectFailure(revoked, "conflict", { data: { ...data, status: "revoked" } });
    api.nowMs += 1000;
    const expired = await api.call("api-token/rotate", { id: two.id });
    expectFailure(expired, "conflict", { data: { ...data, status: "expired", replaced_by: null } });
    expect(expired.json.error.message).toBe("The API token is expired and stays so");
  });

  test("of none is a 404", async () => {
    const answer = await api.call("api-token/rotate", { id: "atok_0" });
    expectFailure(answer, "not_found", { data: { resource: "api-token" } });
  });

  const SECONDS = "must be a whole number of seconds from 0 to 2592000";
  test.each([
    [{ overlap_seconds: -1 }, "overlap_seconds", SECONDS],
    [{ overlap_seconds: 2_592_001 }, "overlap_seconds", SECONDS],
    [{ overlap_seconds: 0.5 }, "overlap_seconds", SECONDS],
    [{ overlap_seconds: "0" }, "overlap_seconds", SECONDS],
    [{ overlap_seconds: null }, "overlap_seconds", SECONDS],
    [{ expires_at: "2026-06-01T12:00:00Z" }, "expires_at", "must be in the future"],
    [{ access: "write" }, "access", "is not a known parameter"],
    [{ audiences: ["git"] }, "audiences", "is not a known parameter"],
    [{ id: "atok_" }, "id", 'must be a token id: "atok_" and 1 to 64 letters and digits'],
  ])("refuses %j, and changes nothing", async (body, path, message) => {
    const { id } = await created();
    const before = await get(id);
    expectIssues(await api.call("api-token/rotate", { id, ...body }), [{ path, message }]);
    expect(await get(id)).toEqual(before);
    expect((await api.call("api-token/rotate", { id, overlap_seconds: 2_592_000 })).status).toBe(200);
  });

  test("many at once: one successor, which all the others are told of", async () => {
    const { id } = await created();
    const answers = await Promise.all(Array.from({ length: 20 }, () => api.call("api-token/rotate", { id })));
    const [successor, ...more] = answers.filter((answer) => answer.status === 200);
    expect(more).toEqual([]);
    const conflicts = answers.filter((answer) => answer.status === 409);
    expect(conflicts).toHaveLength(19);
    for (const { json } of conflicts) expect(json.error.data.replaced_by).toBe(successor?.json.id);
  });
});

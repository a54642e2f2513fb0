import { describe, expect, test } from "bun:test";
import { useTestApi } from "../../support/http/api.ts";
import { expectResource } from "../../support/http/resource.ts";

const api = useTestApi();

async function created(body: object = { access: "read" }): Promise<{ id: string; token: string }> {
  return (await api.call("api-token/create", body)).json;
}

describe("revoke", () => {
  test("gives the token, now revoked, and changes nothing else of it", async () => {
    const { id } = await created({ access: "write", description: "CI", expires_at: "2027-01-01T00:00:00Z" });
    const before = (await api.call("api-token/get", { id })).json;
    api.nowMs += 5000;
    const answer = await api.call("api-token/revoke", { id });
    expectResource(answer, { ...before, status: "revoked", revoked_at: "2026-06-01T12:00:05Z" });
    expect((await api.call("api-token/get", { id })).json).toStrictEqual(answer.json);
  });

  test("again: the same answer, whenever it is asked", async () => {
    const { id } = await created();
    const first = await api.call("api-token/revoke", { id });
    api.nowMs += 60_000;
    const second = await api.call("api-token/revoke", { id });
    api.nowMs -= 120_000;
    const third = await api.call("api-token/revoke", { id });
    expect(second.json).toStrictEqual(first.json);
    expect(third.json).toStrictEqual(first.json);
    const changes = api.logLines.filter((line) => line.includes("api-token.revoke"));
    expect(changes).toHaveLength(1);
  });

  test("ends what the token may do from the answer on, and leaves others alone", async () => {
    const { id, token } = await created({ access: "write" });
    const other = await created();
    expect((await api.call("api-token/list", {}, token)).status).toBe(200);
    await api.call("api-token/revoke", { id });
    for (const endpoint of ["create", "list", "revoke", "get", "current"]) {
      const answer = await api.call(`api-token/${endpoint}`, {}, token);
      expect(answer.status, endpoint).toBe(401);
      expect(answer.headers.get("www-authenticate"), endpoint).toContain("The token was revoked");
    }
    expect((await api.call("api-token/current", {}, other.token)).status).toBe(200);
  });

  test("of itself: answered, and the last thing it does", async () => {
    const { id, token } = await created({ access: "write" });
    expectResource(await api.call("api-token/revoke", { id }, token), { id, status: "revoked" });
    expect((await api.call("api-token/revoke", { id }, token)).status).toBe(401);
  });

  test("of an expired token", async () => {
    const { id } = await created({ access: "read", expires_at: "2026-06-01T12:00:10Z" });
    api.nowMs += 20_000;
    expectResource(await api.call("api-token/revoke", { id }), { status: "revoked" });
  });

  test("many at once: one revocation, and the same answer for all", async () => {
    const { id } = await created();
    const answers = await Promise.all(Array.from({ length: 20 }, () => api.call("api-token/revoke", { id })));
    for (const { json } of answers) expect(json).toStrictEqual(answers[0]?.json);
    expect(api.logLines.filter((line) => line.includes("api-token.revoke"))).toHaveLength(1);
  });
});

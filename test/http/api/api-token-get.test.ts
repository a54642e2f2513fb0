import { describe, expect, test } from "bun:test";
import { useTestApi } from "../../support/http/api.ts";
import { expectResource } from "../../support/http/resource.ts";

const NOW = "2026-06-01T12:00:00Z";

const api = useTestApi();

async function created(body: object = { access: "read" }): Promise<{ id: string; token: string }> {
  return (await api.call("api-token/create", body)).json;
}

async function idOf(token: string): Promise<string> {
  return (await api.call("api-token/current", {}, token)).json.id;
}

describe("get", () => {
  test("gives the whole resource, to a read token too", async () => {
    const creator = await idOf(api.write);
    const { id, token } = await created({
      access: "read",
      description: "CI",
      expires_at: "2027-01-01T00:00:00Z",
    });
    for (const caller of [api.read, api.write]) {
      expectResource(await api.call("api-token/get", { id }, caller), {
        id,
        access: "read",
        description: "CI",
        hint: `sk_live_…${token.slice(-4)}`,
        status: "active",
        created_at: NOW,
        created_by: creator,
        expires_at: "2027-01-01T00:00:00Z",
        revoked_at: null,
        last_used_at: null,
      });
    }
  });

  test("gives null for what is absent", async () => {
    const { id } = await created();
    const absent = { description: null, expires_at: null, revoked_at: null, last_used_at: null };
    expectResource(await api.call("api-token/get", { id }), absent);
    const fromCommandLine = await idOf(api.write);
    expectResource(await api.call("api-token/get", { id: fromCommandLine }), { created_by: null });
  });

  test("knows when a token expires, to the second", async () => {
    const { id } = await created({ access: "read", expires_at: "2026-06-01T12:01:00Z" });
    for (const [now, status] of [
      ["2026-06-01T12:00:59.999Z", "active"],
      ["2026-06-01T12:01:00.000Z", "expired"],
      ["2026-06-01T12:01:00.001Z", "expired"],
      ["2026-06-01T12:00:59.999Z", "active"],
    ] as const) {
      api.nowMs = Date.parse(now);
      expectResource(await api.call("api-token/get", { id }), { status });
    }
  });

  test("gives a revoked token, which stays revoked beyond its expiry", async () => {
    const { id } = await created({ access: "read", expires_at: "2026-06-01T12:01:00Z" });
    await api.call("api-token/revoke", { id });
    expectResource(await api.call("api-token/get", { id }), { status: "revoked", revoked_at: NOW });
    api.nowMs += 3_600_000;
    expectResource(await api.call("api-token/get", { id }), { status: "revoked", revoked_at: NOW });
  });
});

describe("current", () => {
  test("gives the caller's own resource", async () => {
    for (const token of [api.read, api.write]) {
      // So that the last use before the one question is that before the other.
      await api.call("api-token/current", {}, token);
      const own = await api.call("api-token/current", {}, token);
      expectResource(own, { hint: `sk_live_…${token.slice(-4)}`, status: "active" });
      expect(own.json).toStrictEqual((await api.call("api-token/get", { id: own.json.id })).json);
    }
  });
});

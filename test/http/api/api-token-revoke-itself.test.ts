import { describe, expect, test } from "bun:test";
import { useTestApi } from "../../support/http/api.ts";
import { INSUFFICIENT } from "../../support/http/endpoints.ts";
import { expectFailure } from "../../support/http/failures.ts";

const REVOKE = "/publisher.v1/api-token/revoke";
const FORBIDDEN = { headers: { "www-authenticate": INSUFFICIENT } };

const api = useTestApi();

async function idOf(secret: string): Promise<string> {
  return (await api.call("api-token/current", {}, secret)).json.id;
}

describe("every active token may revoke itself:", () => {
  const verifying = async () =>
    (await api.call("api-token/create", { access: "read", audiences: ["wiki"], verifies: true })).json.token;
  const TOKENS: readonly (readonly [name: string, secret: () => string | Promise<string>])[] = [
    ["a read token", () => api.read],
    ["a write token", () => api.write],
    ["a read token for a service", () => api.secret("read", null, ["wiki"])],
    ["a write token for a service", () => api.secret("write", null, ["wiki", "shop"])],
    ["a token that verifies", verifying],
  ];
  for (const [name, made] of TOKENS) {
    test(name, async () => {
      const secret = await made();
      const id = await idOf(secret);
      const answer = await api.call("api-token/revoke", { id }, secret);
      expect(answer.status).toBe(200);
      expect(answer.json).toMatchObject({ id, status: "revoked" });
      expect((await api.call("api-token/current", {}, secret)).status).toBe(401);
      expect((await api.call("api-token/revoke", { id }, secret)).status).toBe(401);
    });
  }

  test("a dry run of it changes nothing", async () => {
    const id = await idOf(api.read);
    const dry = await api.call("api-token/revoke", { id, dry_run: true }, api.read);
    expect(dry.json).toMatchObject({ id, status: "active", revoked_at: null });
    expect((await api.call("api-token/current", {}, api.read)).status).toBe(200);
  });
});

test("a read token may not revoke others, nor its descendants, and learns nothing of what is wrong with a body", async () => {
  const [own, other] = [await idOf(api.read), await idOf(api.write)];
  const bodies = [
    { id: other },
    { id: other, dry_run: true },
    { id: own, descendants: true },
    { id: own, descendants: true, dry_run: true },
    { id: own, colour: "red" },
    { id: [own] },
    { id: "atok_0" },
    {},
    "no JSON",
    "",
    " ".repeat(65_537),
  ];
  for (const body of bodies)
    expectFailure(await api.send(REVOKE, { token: api.read, body }), "authorization_error", FORBIDDEN);
  const plain = { token: api.read, body: { id: own }, headers: { "content-type": "text/plain" } };
  expectFailure(await api.send(REVOKE, plain), "authorization_error", FORBIDDEN);
  for (const secret of [api.read, api.write])
    expect((await api.call("api-token/current", {}, secret)).status).toBe(200);
});

describe("descendants", () => {
  test("are counted by status and access, as they were before", async () => {
    const { id, token } = (await api.call("api-token/create", { access: "write" })).json;
    const soon = new Date(api.nowMs + 5000).toISOString();
    for (const body of [{ access: "read" }, { access: "write" }, { access: "read", expires_at: soon }])
      await api.call("api-token/create", body, token);
    const child = (await api.call("api-token/create", { access: "read" }, token)).json.id;
    await api.call("api-token/revoke", { id: child });
    api.nowMs += 6000;
    const descendants = {
      active: { read: 1, write: 1 },
      expired: { read: 1, write: 0 },
      revoked: { read: 1, write: 0 },
    };
    const dry = (await api.call("api-token/revoke", { id, descendants: true, dry_run: true })).json;
    expect(dry).toMatchObject({ id, status: "active", descendants });
    const revoked = (await api.call("api-token/revoke", { id, descendants: true })).json;
    expect(revoked).toMatchObject({ id, status: "revoked", descendants });
    const again = (await api.call("api-token/revoke", { id, descendants: true })).json;
    expect(again.descendants).toEqual({
      active: { read: 0, write: 0 },
      expired: { read: 0, write: 0 },
      revoked: { read: 3, write: 1 },
    });
  });

  test("are left out of the answer unless they are asked for", async () => {
    const { id } = (await api.call("api-token/create", { access: "write" })).json;
    for (const body of [{ id, dry_run: true }, { id, descendants: false }, { id }])
      expect((await api.call("api-token/revoke", body)).json).not.toHaveProperty("descendants");
  });

  test("are asked for by true or false alone", async () => {
    for (const [name, value] of [
      ["descendants", "true"],
      ["descendants", 1],
      ["descendants", null],
      ["dry_run", "yes"],
      ["dry_run", null],
    ] as const) {
      const answer = await api.call("api-token/revoke", { id: "atok_0", [name]: value });
      const issues = [{ path: name, message: "must be true or false" }];
      expectFailure(answer, "bad_request", { data: { issues } });
    }
  });
});

test("a replaced token is refused what would undo its own end, with a reason", async () => {
  const old = (await api.call("api-token/create", { access: "write" })).json;
  const successor = (await api.call("api-token/rotate", { id: old.id, overlap_seconds: 60 }, old.token)).json;
  const refused = {
    headers: {
      "www-authenticate":
        'Bearer realm="publisher", error="insufficient_scope", error_description="A replaced token may change neither itself nor its successor"',
    },
  };
  const calls = [
    ["update", { id: old.id, expires_at: null }],
    ["rotate", { id: successor.id }],
    ["revoke", { id: successor.id }],
    ["update", { id: successor.id, description: "mine" }],
  ] as const;
  for (const [endpoint, body] of calls) {
    expectFailure(await api.call(`api-token/${endpoint}`, body, old.token), "authorization_error", refused);
    expect(api.logLines.at(-1)).toContain('"authentication":"replaced"');
  }
  expect((await api.call("api-token/current", {}, successor.token)).json.status).toBe("active");
  expect((await api.call("api-token/create", { access: "read" }, old.token)).status).toBe(200);
  expect((await api.call("api-token/revoke", { id: old.id }, old.token)).json.status).toBe("revoked");
});

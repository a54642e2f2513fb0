import { describe, expect, test } from "bun:test";
import { digestOf } from "../../src/tokens/secret/secret.ts";
import { useTestApi } from "../support/http/api.ts";
import { basic, introspect, wholeOf } from "../support/http/introspection.ts";

const api = useTestApi({ per: "file" });

test("no secret and no digest is in any answer but the one that creates it", async () => {
  const { id, token } = (await api.call("api-token/create", { access: "write" })).json;
  const digest = Buffer.from(digestOf(token));
  const marks = [
    token,
    token.slice(8, 51),
    digest.toString("hex"),
    digest.toString("base64"),
    digest.toString("base64url"),
    basic(token).slice("Basic ".length + 12, -4),
  ];
  const answers = [
    await api.call("api-token/list", {}, token),
    await api.call("api-token/list", { filters: [{ key: "id", eq: id }] }, token),
    await api.call("api-token/get", { id }, token),
    await api.call("api-token/current", {}, token),
    await api.call("api-token/create", { access: "read" }, token),
    await api.call("api-token/create", { access: token }, token),
    await api.call("api-token/get", { id: token }, token),
    await api.call("audit-event/list", {}, token),
    await api.call("audit-event/list", { filters: [{ key: "target", eq: token }] }, token),
    await api.call("api-token/list", { filters: [{ key: token, eq: token }] }, token),
    await api.call("api-token/list", { sorts: [{ key: token }] }, token),
    await api.call("api-token/list", { pagination: { cursor: token } }, token),
    await api.send(`/publisher.v1/${token}`, { token }),
    await api.send(`/publisher.v1/api-token/list/${token}`, { token, method: "PUT" }),
    await api.call("api-token/verify", { token }, token),
    await api.call("api-token/verify", { token, access: token, [token]: token }, token),
    await api.call("api-token/bulk-verify", { tokens: [token, token, "x"] }, token),
    await api.call("api-token/bulk-verify", { tokens: ["x", { [token]: token }], [token]: token }, token),
    await introspect(api, { token }, { token: basic(token) }),
    await introspect(api, { token, audience: token, [token]: token }, { token: basic(token) }),
    await introspect(api, { token }, { token: basic("", token) }),
    await introspect(api, { token }, { token: `Basic ${token}`, method: "PUT" }),
    await api.call("api-token/revoke", { id }, token),
    await api.call("api-token/current", {}, token),
    await introspect(api, { token }, { token: basic(token) }),
    await api.call("api-token/verify", { token }),
  ];
  for (const text of [...answers.map(wholeOf), api.logLines.join()])
    for (const mark of marks) expect(text).not.toContain(mark);
});

describe("an answer does not repeat a secret that is the name of a parameter:", () => {
  const NAMED: readonly (readonly [endpoint: string, body: (secret: string) => string])[] = [
    ["create", (secret) => `{"access":"read","${secret}":1}`],
    ["create", (secret) => `{"access":"read","x${secret}":1,"Bearer ${secret}":1}`],
    ["create", (secret) => `{"access":"read","${secret}":1,"${secret}":1}`],
    ["create", (secret) => `{"access":"read","${secret.replaceAll("_", "\\u005f")}":1}`],
    ["create", (secret) => `{"access":"read","${secret.replaceAll("_", "\\\\u005f")}":1}`],
    ["create", (secret) => `{"access":"read","sk\u200b${secret.slice(2)}":1,"${secret.slice(8)}":1}`],
    ["create", (secret) => `{"access":"read","${"x".repeat(50)}${secret}":1}`],
    ["get", (secret) => `{"id":"atok_0","${secret}":1}`],
    ["verify", (secret) => `{"token":"${secret}","${secret}":1}`],
    ["verify", (secret) => `{"token":{"${secret}":1},"audience":"${secret}"}`],
    ["bulk-verify", (secret) => `{"tokens":["${secret}"],"${secret}":1}`],
    ["bulk-verify", (secret) => `{"tokens":["x",{"${secret}":"${secret}"}],"audience":"${secret}"}`],
    ["bulk-verify", (secret) => `{"tokens":{"${secret}":["${secret}"]}}`],
    ["current", (secret) => `{"${secret}":1}`],
    ["list", (secret) => `{"pagination":{"${secret}":1}}`],
    ["list", (secret) => `{"sorts":[{"key":"id","${secret}":1}]}`],
    ["list", (secret) => `{"filters":[{"key":"id","exists":true,"${secret}":1}]}`],
    ["list", (secret) => `{"filters":[{"and":[{"key":"id","${secret}":1}]}]}`],
    ["list", (secret) => `{"filters":[{"key":"id","regex":{"pattern":"a","${secret}":1}}]}`],
    ["list", (secret) => `{"filters":[{"${secret}":{"${secret}":1,"${secret}":2}}]}`],
  ];
  for (const [endpoint, body] of NAMED) {
    test(`${endpoint} ${body("…")}`, async () => {
      const answer = await api.send(`/publisher.v1/api-token/${endpoint}`, { body: body(api.write) });
      expect(answer.status).toBe(400);
      expect(answer.text).not.toContain(api.write.slice(8, 24));
    });
  }
});

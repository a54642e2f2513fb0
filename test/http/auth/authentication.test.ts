import { beforeAll, describe, expect, test } from "bun:test";
import { type Sent, useTestApi } from "../../support/http/api.ts";
import {
  BARE_CHALLENGE,
  type RefusedCredential,
  refusedCredentials,
} from "../../support/http/credentials.ts";
import { expectFailure } from "../../support/http/failures.ts";
import { loggedRequests } from "../../support/http/logged.ts";
import { words } from "../../support/words.ts";

const LIST = "/publisher.v1/api-token/list";
const CREATE = "/publisher.v1/api-token/create";

const api = useTestApi({ per: "file" });
let refused: readonly RefusedCredential[];

beforeAll(async () => {
  refused = await refusedCredentials(api);
});

interface Wrong extends Sent {
  readonly name: string;
  readonly path?: string;
}

/** With a token, these requests get answers of every kind. */
const REQUESTS: readonly Wrong[] = [
  { name: "a right request" },
  { name: "a change", path: CREATE, body: { access: "read" } },
  { name: "an unknown id", path: LIST.replace("list", "revoke"), body: { id: "atok_0" } },
  { name: "bad JSON", body: "{" },
  { name: "no body", body: "" },
  { name: "no UTF-8", body: new Uint8Array([0x22, 0xff, 0x22]) },
  { name: "an unknown parameter", body: { colour: "red" } },
  { name: "deep nesting", body: "[".repeat(30_000) },
  { name: "another media type", headers: { "content-type": "text/plain" } },
  { name: "no media type", headers: { "content-type": "" } },
  { name: "another charset", headers: { "content-type": "application/json; charset=latin1" } },
  { name: "a body that says it is too large", headers: { "content-length": "65537" } },
  { name: "a body that is too large", body: " ".repeat(70_000) },
  { name: "an unknown action", path: "/publisher.v1/api-token/nope" },
  { name: "an unknown resource", path: "/publisher.v1/nope" },
  { name: "a name that every object has", path: "/publisher.v1/api-token/constructor" },
  { name: "GET", method: "GET" },
  { name: "PUT", method: "PUT" },
  {
    name: "a preflight",
    method: "OPTIONS",
    headers: { origin: "https://evil.example", "access-control-request-method": "POST" },
  },
  { name: "a trailing slash", path: `${LIST}/` },
  { name: "the prefix alone", path: "/publisher.v1" },
  { name: "the prefix with a slash", path: "/publisher.v1/" },
  { name: "an encoded letter", path: "/publisher.v1/api-token/l%69st" },
  { name: "another case", path: "/publisher.v1/API-TOKEN/LIST" },
  { name: "a path parameter", path: `${LIST};v=1` },
  { name: "a query", path: `${LIST}?x=/../../healthz` },
];

describe("without a token that is good now, every request below /publisher.v1 is a 401:", () => {
  for (const { name, path = LIST, ...sent } of REQUESTS) {
    test(name, async () => {
      for (const { name: credential, header, challenge } of refused) {
        const answer = await api.send(path, { ...sent, token: header });
        expectFailure(answer, "authentication_error", {
          headers: { "www-authenticate": challenge },
          label: credential,
        });
      }
    });
  }

  test("and it is logged why, without the secret", async () => {
    for (const { name, header, logged } of refused) {
      api.logLines.length = 0;
      const shown = ["expired", "revoked"].includes(logged);
      await api.send(LIST, { token: header });
      expect(loggedRequests(api), name).toMatchObject([
        { status: 401, token_id: shown ? expect.stringMatching(/^atok_/) : null, authentication: logged },
      ]);
      expect(api.logLines.join(), name).not.toContain("sk_live_");
    }
  });

  test("and nothing was changed", async () => {
    const before = await api.call("api-token/list", { filters: [{ key: "id", exists: true }] });
    for (const { header } of refused) {
      await api.send(CREATE, { token: header, body: { access: "write" } });
      await api.send(LIST.replace("list", "revoke"), { token: header, body: { id: before.json.data[0].id } });
    }
    const after = await api.call("api-token/list", { filters: [{ key: "id", exists: true }] });
    expect(after.json).toStrictEqual(before.json);
  });
});

describe("a good token is taken", () => {
  test("behind the scheme in any case and with spaces", async () => {
    for (const scheme of ["Bearer ", "bearer ", "BEARER ", "bEaReR ", "Bearer   "])
      expect([scheme, (await api.send(LIST, { token: scheme + api.read })).status]).toEqual([scheme, 200]);
  });

  test("from the header alone, never from a query, a body or another header", async () => {
    const secret = api.write;
    const elsewhere: readonly (Sent & { readonly path?: string })[] = [
      { path: `${LIST}?access_token=${secret}` },
      { path: `${LIST}?token=${secret}&authorization=Bearer%20${secret}` },
      { body: { access_token: secret } },
      { body: `access_token=${secret}`, headers: { "content-type": "application/x-www-form-urlencoded" } },
      { headers: { cookie: `token=${secret}; authorization=Bearer ${secret}` } },
      { headers: { "x-api-key": secret, "x-authorization": secret } },
      { headers: { "proxy-authorization": `Bearer ${secret}` } },
    ];
    for (const { path = LIST, ...sent } of elsewhere) {
      const answer = await api.send(path, { ...sent, token: null });
      expectFailure(answer, "authentication_error", { headers: { "www-authenticate": BARE_CHALLENGE } });
    }
  });
});

test("another path leads nowhere, with and without a token", async () => {
  for (const path of words`
    /%70ublisher.v1/api-token/list /aaaa/publisher.v1/api-token/list /PUBLISHER.V1/api-token/list
    /publisher.v1;x/api-token/list /publisher_v1/api-token/list /publisher.v1x /api-token/list`)
    for (const token of [null, api.read, api.write])
      expectFailure(await api.send(path, { token }), "not_found", { data: { resource: "endpoint" } });
});

import { expect, test } from "bun:test";
import { type Answer, useTestApi } from "../../support/http/api.ts";
import { Truth } from "../../support/http/truth.ts";

const api = useTestApi();

const truth = await Truth.read();
const PATH = "/publisher.v1/api-token/create";
const ASKED = { method: "POST", path: PATH, body: '{"access":"read"}' };

test("an answer that the document does not tell of is found out", async () => {
  const created = await api.send(PATH, { body: { access: "read" } });
  const refused = await api.send(PATH, { token: null });
  expect(truth.contradictions(ASKED, created)).toEqual([]);
  expect(truth.contradictions(ASKED, refused)).toEqual([]);

  const withDetails = { error: { ...refused.json.error, data: { secret: "" } } };
  const { token: _, ...withoutSecret } = created.json;
  const lies: readonly (readonly [string, Answer])[] = [
    ["must NOT have additional properties", { ...created, json: { ...created.json, digest: "" } }],
    ["must NOT have additional properties", { ...refused, json: withDetails }],
    ["must have required property 'token'", { ...created, json: withoutSecret }],
    ["must match pattern", { ...created, json: { ...created.json, created_at: "2025-01-01T00:00:00.5Z" } }],
    ["must be equal to one of the allowed values", { ...created, json: { ...created.json, access: "all" } }],
    ["there is no answer 418", { ...created, status: 418 }],
    ["must be equal to constant", { ...refused, status: 403 }],
    ["there is no answer 431", { ...refused, status: 431 }],
    ["the header www-authenticate is missing", { ...refused, headers: without(refused, "www-authenticate") }],
    ["the header trace-id is missing", { ...created, headers: without(created, "trace-id") }],
    ["the body is not JSON", { ...created, headers: without(created, "content-type") }],
  ];
  for (const [fault, answer] of lies) {
    const found = truth.contradictions(ASKED, answer).join("; ");
    expect(found).toContain(fault);
  }
});

test("a body where the document has none, and an accepted request that it refuses, are found out", async () => {
  const created = await api.send(PATH, { body: { access: "read" } });
  const asked = { method: "GET", path: "/forward-auth/wiki" };
  expect(truth.contradictions(asked, created).join()).toContain("there is a body");
  const other = truth.contradictions({ ...ASKED, body: '{"access":"read","expiry":null}' }, created);
  expect(other.join()).toContain("the accepted request must NOT have additional properties");
});

test("a failure where no route is has the one form too", async () => {
  const unknown = await api.send("/publisher.v1/nothing");
  const asked = { method: "POST", path: "/publisher.v1/nothing" };
  expect(truth.contradictions(asked, unknown)).toEqual([]);
  const bare = { ...unknown, json: { error: { code: "not_found", message: "" } } };
  expect(truth.contradictions(asked, bare)).not.toEqual([]);
});

function without({ headers }: Answer, name: string): Headers {
  const rest = new Headers(headers);
  rest.delete(name);
  return rest;
}

import { beforeEach, expect, test } from "bun:test";
import { useTestApi } from "../../support/http/api.ts";
import { expectFailure } from "../../support/http/failures.ts";
import { expectResource } from "../../support/http/resource.ts";
import { NO_TOKEN_ID, testRefusals, UNKNOWN } from "./refused-bodies.ts";

const api = useTestApi();
let id: string;

beforeEach(async () => {
  const body = { access: "read", description: "CI", expires_at: "2026-07-01T00:00:00Z", audiences: ["wiki"] };
  id = (await api.call("api-token/create", body)).json.id;
});

test.each<[body: object, expected?: object]>([
  [{ description: "né 😀" }],
  [{ description: null }],
  [{ expires_at: "2027-01-01T00:00:00.9+01:00" }, { expires_at: "2026-12-31T23:00:00Z" }],
  [{ expires_at: null }],
  [{ description: "", expires_at: null }],
  [{}],
])("update with %j changes nothing else", async (body, expected = body) => {
  const before = (await api.call("api-token/get", { id })).json;
  const answer = await api.call("api-token/update", { id, ...body });
  expectResource(answer, { ...before, ...expected });
  expect((await api.call("api-token/get", { id })).json).toEqual(answer.json);
});

testRefusals(api, "api-token/update", [
  [{}, ["id", "is required"]],
  [{ id: "atok_0", access: "write", audiences: ["git"] }, ["access", UNKNOWN], ["audiences", UNKNOWN]],
  [
    { id: "x", description: 1, expires_at: "2026-06-01T12:00:00Z" },
    ["id", NO_TOKEN_ID],
    ["description", "must be a string or null"],
    ["expires_at", "must be in the future"],
  ],
]);

test("an update of an ended token is a conflict, and of an unknown id a 404", async () => {
  api.nowMs = Date.parse("2026-07-01T00:00:00Z");
  const data = { resource: "api-token", status: "expired", replaced_by: null };
  expectFailure(await api.call("api-token/update", { id, expires_at: null }), "conflict", { data });
  await api.call("api-token/revoke", { id });
  const revoked = { data: { ...data, status: "revoked" } };
  expectFailure(await api.call("api-token/update", { id }), "conflict", revoked);
  const unknown = await api.call("api-token/update", { id: "atok_0" });
  expectFailure(unknown, "not_found", { data: { resource: "api-token" } });
});

import { beforeEach, describe, expect, test } from "bun:test";
import { useTestApi } from "../../support/http/api.ts";
import { expectFailure, expectIssues } from "../../support/http/failures.ts";
import { expectResource } from "../../support/http/resource.ts";

const api = useTestApi();
let id: string;

beforeEach(async () => {
  const body = { access: "read", description: "CI", expires_at: "2026-07-01T00:00:00Z", audiences: ["wiki"] };
  id = (await api.call("api-token/create", body)).json.id;
});

describe("update", () => {
  test.each([
    ["the description", { description: "né 😀" }, { description: "né 😀" }],
    ["the description away", { description: null }, { description: null }],
    [
      "the expiry, in any zone",
      { expires_at: "2027-01-01T00:00:00.9+01:00" },
      { expires_at: "2026-12-31T23:00:00Z" },
    ],
    ["the expiry away", { expires_at: null }, { expires_at: null }],
    ["both", { description: "", expires_at: null }, { description: "", expires_at: null }],
    ["nothing", {}, {}],
  ])("changes %s and nothing else", async (_, body, expected) => {
    const before = (await api.call("api-token/get", { id })).json;
    const answer = await api.call("api-token/update", { id, ...body });
    expectResource(answer, { ...before, ...expected });
    expect((await api.call("api-token/get", { id })).json).toEqual(answer.json);
  });

  test("of its access or its services is no parameter", async () => {
    const answer = await api.call("api-token/update", { id, access: "write", audiences: ["git"] });
    const message = "is not a known parameter";
    expectIssues(answer, [
      { path: "access", message },
      { path: "audiences", message },
    ]);
  });

  test("tells everything that is wrong", async () => {
    const answer = await api.call("api-token/update", {
      id: "x",
      description: 1,
      expires_at: "2026-06-01T12:00:00Z",
    });
    expectIssues(answer, [
      { path: "id", message: 'must be a token id: "atok_" and 1 to 64 letters and digits' },
      { path: "description", message: "must be a string or null" },
      { path: "expires_at", message: "must be in the future" },
    ]);
    expectIssues(await api.call("api-token/update", {}), [{ path: "id", message: "is required" }]);
  });

  test("of a token that has ended is a conflict, and of none a 404", async () => {
    api.nowMs = Date.parse("2026-07-01T00:00:00Z");
    const data = { resource: "api-token", status: "expired", replaced_by: null };
    expectFailure(await api.call("api-token/update", { id, expires_at: null }), "conflict", { data });
    await api.call("api-token/revoke", { id });
    expectFailure(await api.call("api-token/update", { id }), "conflict", {
      data: { ...data, status: "revoked" },
    });
    const unknown = await api.call("api-token/update", { id: "atok_0" });
    expectFailure(unknown, "not_found", { data: { resource: "api-token" } });
  });
});

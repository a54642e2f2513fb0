import { expect, test } from "bun:test";
import { useTestApi } from "../../support/http/api.ts";

const api = useTestApi();

test("a read token gets the summary: counts, never used, 90 days of expiries, and dead secrets that were shown", async () => {
  const now = api.tokens.now();
  await api.secret("read", now + 1);
  await api.secret("write", now + 3 * 86_400);
  const revoked = await api.call("api-token/create", { access: "read" });
  await api.call("api-token/revoke", { id: revoked.json.id });
  await api.call("api-token/list", {}, revoked.json.token);
  await api.usage.flush();
  api.nowMs += 2000;

  const answer = await api.call("api-token/summary", {}, api.read);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(Object.keys(answer.json)).toEqual(["counts", "never_used", "expiries", "reused"]);
  expect(answer.json.counts).toEqual({
    active: { read: 1, write: 2 },
    expired: { read: 1, write: 0 },
    revoked: { read: 1, write: 0 },
  });
  // The write token was used to create the one that is revoked, and the read token to ask.
  expect(answer.json.never_used).toBe(1);
  expect(answer.json.reused).toBe(1);
  expect(answer.json.expiries).toHaveLength(90);
  expect(answer.json.expiries[0]).toEqual({ date: "2026-06-01", count: 0 });
  expect(answer.json.expiries[3]).toEqual({ date: "2026-06-04", count: 1 });
  expect(answer.json.expiries.at(-1)).toEqual({ date: "2026-08-29", count: 0 });
});

test("the summary takes no parameters and needs a token", async () => {
  const refused = await api.call("api-token/summary", { days: 7 });
  expect(refused.status).toBe(400);
  expect(refused.json.error.data.issues).toEqual([{ path: "days", message: "is not a known parameter" }]);
  expect((await api.call("api-token/summary", {}, null)).status).toBe(401);
});

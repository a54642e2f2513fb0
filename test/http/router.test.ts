import { expect, spyOn, test } from "bun:test";
import { useTestApi } from "../support/http/api.ts";

const api = useTestApi();

test("while the event loop is late, verification does not wait for long reads", async () => {
  let nowMs = 0;
  using _ = spyOn(performance, "now").mockImplementation(() => nowMs);
  const answered: string[] = [];
  const ask = async (path: string) => {
    // Later than the queue waits for the loop.
    nowMs += 60;
    // `fetch` refuses each request, but has the same queue as the routes.
    await api.router.fetch(new Request(`http://localhost/publisher.v1/${path}`));
    answered.push(path);
  };
  const atOnce = ["first", "second"];
  const longReads = ["api-token/list", "audit-event/list", "api-token/summary", "api-token/usage"];
  const verifications = ["api-token/verify", "api-token/bulk-verify"];
  await Promise.all([...atOnce, ...longReads, ...verifications].map(ask));
  expect(answered).toEqual([...atOnce, ...verifications, ...longReads]);
});

import { expect, test } from "bun:test";
import { RunningServer } from "../../support/executable/executable.ts";

const REQUESTS = 20_000;

test("a flood of requests without a token costs few lines, which count every one", async () => {
  const began = performance.now();
  await using server = await RunningServer.start();
  const statuses = new Set<number>();
  let left = REQUESTS;
  const work = async () => {
    for (; left > 0; ) {
      left -= 1;
      const answer = await fetch(`${server.url}/publisher.v1/api-token/list`, { method: "POST" });
      await answer.arrayBuffer();
      statuses.add(answer.status);
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  expect(statuses).toEqual(new Set([401]));
  expect((await server.call("api-token/summary")).status).toBe(200);
  expect(await server.stop()).toBe(0);
  const { log } = server;
  const anonymous = log.filter(({ authentication }) => authentication === "missing");
  expect(anonymous.reduce((total, { requests = 1 }) => total + Number(requests), 0)).toBe(REQUESTS);
  // The server sums up each minute by itself.
  const minutes = 1 + Math.ceil((performance.now() - began) / 60_000);
  expect(log.length).toBeLessThan(20 * minutes);
  expect(server.stderr.length).toBeLessThan(8000 * minutes);
  const good = log.filter(({ path }) => path === "/publisher.v1/api-token/summary");
  expect(good).toMatchObject([{ status: 200, token_id: expect.stringMatching(/^atok_/) }]);
});

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { makeSecret } from "../../../src/tokens/secret/secret.ts";
import { RunningServer } from "../../support/executable/executable.ts";
import { basic, FORM } from "../../support/http/introspection.ts";
import { TEST_LIMIT_MS } from "../../support/patience.ts";
import { constantRandom } from "../../support/random.ts";

setDefaultTimeout(TEST_LIMIT_MS);

type Line = Readonly<Record<string, unknown>>;

function lines({ stderr }: RunningServer): readonly Line[] {
  return stderr.split("\n").flatMap((line) => (line === "" ? [] : JSON.parse(line)));
}

/** How many requests the log tells of, in lines of their own and in sums, of those that `test` says yes to. */
function told(server: RunningServer, test: (line: Line) => boolean): number {
  const found = lines(server).filter(
    ({ message }) => message === "request" || message === "requests summed up",
  );
  return found.filter(test).reduce((total, { requests = 1 }) => total + Number(requests), 0);
}

/** How many minutes a server had to sum up at most. */
function minutesSince(began: number): number {
  return 1 + Math.ceil((performance.now() - began) / 60_000);
}

/** Sends a request so often, over as many connections, and says which statuses came back. */
async function flood(
  count: number,
  connections: number,
  send: () => Promise<Response>,
): Promise<Set<number>> {
  const statuses = new Set<number>();
  let left = count;
  const work = async () => {
    while (left > 0) {
      left -= 1;
      const answer = await send();
      await answer.arrayBuffer();
      statuses.add(answer.status);
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  return statuses;
}

describe("a flood of requests without a token", () => {
  test("costs few lines, which tell of every one; then a good request has its line", async () => {
    const began = performance.now();
    await using server = await RunningServer.start();
    const url = `${server.url}/publisher.v1/api-token/list`;
    expect(await flood(20_000, 8, () => fetch(url, { method: "POST" }))).toEqual(new Set([401]));
    expect((await server.call("api-token/summary")).status).toBe(200);
    expect(await server.stop()).toBe(0);
    expect(told(server, ({ authentication }) => authentication === "missing")).toBe(20_000);
    expect(lines(server).length).toBeLessThan(20 * minutesSince(began));
    expect(server.stderr.length).toBeLessThan(8000 * minutesSince(began));
    const good = lines(server).filter(({ path }) => path === "/publisher.v1/api-token/summary");
    expect(good).toMatchObject([{ status: 200, token_id: expect.stringMatching(/^atok_/) }]);
  });

  test("costs few lines, whatever it asks for, and hides neither tokens nor changes", async () => {
    const began = performance.now();
    await using server = await RunningServer.start();
    const { id, token } = (await server.call("api-token/create", { access: "read", audiences: ["wiki"] }))
      .json;
    const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
    const unknown = makeSecret(constantRandom(3));
    const post = (init: RequestInit) => ({ method: "POST", ...init });
    const ANONYMOUS: readonly (readonly [path: string, init: RequestInit, status: number])[] = [
      ["/", {}, 200],
      ["/swagger/json", {}, 200],
      ["/healthz", {}, 200],
      ["/healthz", { method: "HEAD" }, 200],
      ["/healthz", { method: "PUT" }, 405],
      ["/readyz", {}, 200],
      ["/nope", {}, 404],
      [`/${unknown}`, {}, 404],
      ["/assets/nope.js", {}, 404],
      ["/nope", { headers: bearer(token) }, 404],
      ["/publisher.v1/nope", {}, 401],
      ["/publisher.v1/api-token/list", post({ headers: bearer("x") }), 401],
      ["/publisher.v1/api-token/list", post({ headers: bearer(unknown) }), 401],
      ["/publisher.v1/api-token/list", post({ body: "x".repeat(70_000) }), 401],
      ["/forward-auth/wiki", {}, 401],
      ["/forward-auth/wiki", { headers: bearer(unknown) }, 401],
      ["/oauth2/introspect", post({ headers: { authorization: basic(unknown), "content-type": FORM } }), 401],
    ];
    for (const [path, init, status] of ANONYMOUS)
      expect([path, await flood(40, 4, () => fetch(server.url + path, init))]).toEqual([
        path,
        new Set([status]),
      ]);
    const wrong = await flood(40, 4, () =>
      fetch(`${server.url}/forward-auth/git`, { headers: bearer(token) }),
    );
    expect(wrong).toEqual(new Set([403]));
    await server.call("api-token/revoke", { id });
    const gone = await flood(40, 4, () =>
      fetch(`${server.url}/forward-auth/wiki`, { headers: bearer(token) }),
    );
    expect(gone).toEqual(new Set([401]));
    expect(await server.stop()).toBe(0);
    const ofToken = lines(server).filter(({ token_id: of, message }) => of === id && message === "request");
    expect(ofToken.filter(({ authentication }) => authentication === "wrong_audience").length).toBeWithin(
      10,
      21,
    );
    for (const reason of ["wrong_audience", "revoked"]) {
      const own = ofToken.filter(({ authentication }) => authentication === reason);
      expect(own.length).toBeGreaterThanOrEqual(10);
      expect(told(server, ({ authentication }) => authentication === reason)).toBe(40);
    }
    expect(told(server, ({ token_id: of, tokens, status }) => !of && !tokens && status !== 0)).toBe(
      40 * ANONYMOUS.length,
    );
    expect(lines(server).filter(({ message }) => message === "change")).toMatchObject([
      { action: "api-token.create", actor: null },
      { action: "api-token.create", target: id },
      { action: "api-token.revoke", target: id },
    ]);
    expect(lines(server).length).toBeLessThan(200 * minutesSince(began));
    for (const secret of [token, unknown]) expect(server.stderr).not.toContain(secret.slice(8, 40));
  });
});

test("at the level debug every request has its line", async () => {
  await using server = await RunningServer.start({ args: ["--log-level", "debug"] });
  await flood(300, 4, () => fetch(`${server.url}/healthz`));
  expect(await server.stop()).toBe(0);
  expect(lines(server).filter(({ path }) => path === "/healthz")).toHaveLength(300);
  expect(server.stderr).not.toContain("requests summed up");
});

import { beforeAll, describe, expect, test } from "bun:test";
import { PAGE_FILES } from "../../../src/assets/page-files.ts";
import { EXACT_PATHS } from "../../../src/http/router.ts";
import { type Answer, useTestApi } from "../../support/http/api.ts";
import { answerTo, rawRequest } from "../../support/http/exchange.ts";
import { loggedRequests } from "../../support/http/logged.ts";
import { RawConnection } from "../../support/http/raw-connection.ts";
import { CLEAR_SEGMENTS, UNCLEAR_PATHS } from "../../support/http/unclear-paths.ts";
import { words } from "../../support/words.ts";

const api = useTestApi({ per: "file", pages: PAGE_FILES, listens: true });
let service: string;

beforeAll(async () => {
  service = await api.secret("write", null, ["wiki"]);
});

/** Asks for each target on one connection: without a token, as Publisher's own token, as a token for a service. */
async function statusesOf(
  targets: readonly string[],
  method = "GET",
): Promise<readonly (readonly [string, number])[]> {
  using connection = await RawConnection.open(`http://127.0.0.1:${api.port}`);
  const statuses: (readonly [string, number])[] = [];
  for (const target of targets) {
    for (const token of ["", api.write, service]) {
      const authorization = token === "" ? [] : [`Authorization: Bearer ${token}`];
      const { status } = await connection.ask(
        rawRequest({ method, target, fields: ["Host: x", ...authorization] }),
      );
      statuses.push([target, status]);
    }
  }
  return statuses;
}

describe("a path that can be read in more than one way is a 400 for everybody", () => {
  for (const [name, start, end] of [
    ["as it is", "", ""],
    ["with a query", "", "?access=read"],
    ["with a host before it", "http://x", ""],
    ["with another host before it", "HTTPS://elsewhere.example:99", ""],
  ]) {
    test(`${name}`, async () => {
      const targets = UNCLEAR_PATHS.map((path) => `${start}${path}${path.includes("#") ? "" : end}`);
      const statuses = await statusesOf(targets);
      expect(statuses.filter(([, status]) => status !== 400)).toEqual([]);
      expect(statuses).toHaveLength(UNCLEAR_PATHS.length * 3);
    });
  }

  test("by any method", async () => {
    for (const method of ["POST", "DELETE", "OPTIONS", "PROPFIND"]) {
      const statuses = await statusesOf(UNCLEAR_PATHS.slice(0, 40), method);
      expect(statuses.filter(([, status]) => status !== 400)).toEqual([]);
    }
  });

  test("of HTTP/1.0 without a host too", async () => {
    for (const target of UNCLEAR_PATHS.slice(0, 40)) {
      const request = rawRequest({ method: "GET", target, version: "HTTP/1.0" });
      expect([target, (await answerTo(api.port, request)).status]).toEqual([target, 400]);
    }
  });

  test("and the log has one spelling of a path in every version", async () => {
    const target = Buffer.from("/nope/caf\u00e9").toString("latin1");
    for (const version of ["HTTP/1.0", "HTTP/1.1"]) {
      const request = rawRequest({
        method: "GET",
        target,
        version,
        fields: version === "HTTP/1.0" ? [] : ["Host: x"],
      });
      expect((await answerTo(api.port, Buffer.from(request, "latin1"))).status).toBe(404);
    }
    expect(loggedRequests(api).map(({ path }) => path)).toEqual(["/nope/caf%C3%A9", "/nope/caf%C3%A9"]);
  });

  test("of bytes that are no UTF-8 too", async () => {
    for (const target of ["/caf\u00e9", "/forward-auth/wiki/caf\u00e9", "/\u00c0\u00ae", "/healthz\u00ff"]) {
      const request = Buffer.from(rawRequest({ method: "GET", target, fields: ["Host: x"] }), "latin1");
      expect([target, (await answerTo(api.port, request)).status]).toEqual([target, 400]);
    }
  });

  test("in the usual form, and in the log as it was sent", async () => {
    const target = "/oauth2/%2e%2e/b%2fc\\d/healthz?x=y";
    expectRefused(
      await answerTo(api.port, rawRequest({ method: "GET", target, fields: ["Host: x"] })),
      "path",
    );
    expect(loggedRequests(api)).toMatchObject([
      { status: 400, path: "/oauth2/../b%2Fc%5Cd/healthz", token_id: null, ip: "192.0.2.1" },
    ]);
  });
});

function expectRefused({ status, headers, json }: Answer, path: string): void {
  const issue = { path, message: expect.stringMatching(/^must /) };
  expect(json?.error).toMatchObject({ code: "bad_request", data: { issues: [issue] } });
  expect(json.error.message).toStartWith(`${path} must `);
  expect([status, headers.get("trace-id")]).toEqual([400, json.error.trace_id]);
}

describe("an unusual path has its usual answer:", () => {
  test("404 outside", async () => {
    const paths = CLEAR_SEGMENTS.flatMap((segment) => [`/${segment}`, `/${segment}/x`, `/x/${segment}/`]);
    const statuses = await statusesOf([...paths, "/healthz/", `/a${"/a".repeat(63)}`]);
    expect(statuses.filter(([, status]) => status !== 404)).toEqual([]);
  });

  test("401 or 404 below /publisher.v1", async () => {
    const paths = CLEAR_SEGMENTS.map((segment) => `/publisher.v1/${segment}`);
    const statuses = await statusesOf([...paths, "/publisher.v1/", "/publisher.v1/api-token/list/"], "POST");
    const found = statuses.map(([, status]) => status);
    expect(found).toEqual(found.map((_, index) => (index % 3 === 0 ? 401 : 404)));
  });

  test("with any query", async () => {
    const queries = ["/../x", "//", "%2e%2e%2f", "\\", "#", "%00", "%zz", "a=http://x//y", "\u00ff", "?"];
    const statuses = await statusesOf(queries.map((query) => `/healthz?${query}`));
    expect(statuses.filter(([, status]) => status !== 200)).toEqual([]);
  });
});

test("every exact path is a route of the application", () => {
  const routes = api.app.routes.filter(({ method }) => method === "POST").map(({ path }) => path);
  for (const path of EXACT_PATHS) expect(routes).toContain(path);
});

const ROUTES = ["/", "/healthz", "/swagger", "/nope", "/forward-auth/wiki", ...EXACT_PATHS] as const;

describe("a Host that is not one host is a 400:", () => {
  const single = [
    ...words`
      a/b x?y x#y x\y /publisher.v1 localhost/aaaa? % %2e x@y [:] [a:.:b] [:::::] [1.2.3.4] http://x x:123456 x:65536
      x:-1 x:80:80 x:http :80 .. a..b .a ::1 [::1 [::1]x [x] []`,
    ...["", "a, b", "a b", "\u00e9", "x\u007f"],
  ].map((host) => [host]);
  test.each([["a", "b"], ["x", "x"], ["", "x"], ["x", ""], ["", ""], ...single].map((hosts) => ({ hosts })))(
    "$hosts",
    async ({ hosts }) => {
      for (const target of ROUTES)
        for (const version of ["HTTP/1.1", "HTTP/1.0"]) {
          const fields = [...hosts.map((host) => `Host: ${host}`), `Authorization: Bearer ${service}`];
          const { status, json } = await answerTo(
            api.port,
            rawRequest({ method: "GET", target, version, fields }),
          );
          const message = json?.error_description ?? json?.error.message;
          expect([target, status, message]).toEqual([target, 400, expect.stringMatching(/^Host must /)]);
        }
    },
  );

  test("in the usual form", async () => {
    const request = rawRequest({ method: "GET", target: "/healthz", fields: ["Host: a", "Host: b"] });
    expectRefused(await answerTo(api.port, request), "Host");
  });
});

test("a Host that is one host changes nothing", async () => {
  for (const host of words`
    x X.Example x.example. localhost:8080 127.0.0.1:1 x:65535 x: my_upstream xn--bcher-kva.example a~b [::1]
    [2001:db8::1]:443 [::ffff:192.0.2.1]:80`) {
    const request = rawRequest({ method: "GET", target: "/healthz", fields: [`Host: ${host}`] });
    expect([host, (await answerTo(api.port, request)).status]).toEqual([host, 200]);
  }
});

test("HTTP/1.1 needs a Host, HTTP/1.0 does not", async () => {
  const none = rawRequest({ method: "GET", target: "/healthz" });
  expect((await answerTo(api.port, none)).status).toBe(400);
  const old = rawRequest({ method: "GET", target: "/healthz", version: "HTTP/1.0" });
  expect((await answerTo(api.port, old)).status).toBe(200);
});

import { beforeEach, describe, expect, test } from "bun:test";
import { useTestApi } from "../support/http/api.ts";
import { ENDPOINTS } from "../support/http/endpoints.ts";
import { expectFailure } from "../support/http/failures.ts";
import { logged, loggedFaults } from "../support/http/logged.ts";

const api = useTestApi({ per: "file" });

beforeEach(() => {
  api.logLines.length = 0;
});

const TARGETS = [
  ...ENDPOINTS.map(({ path }) => ({ path: `/publisher.v1/${path}`, method: "PUT", allow: "POST" })),
  { path: "/healthz", method: "POST", allow: "GET, HEAD" },
  { path: "/readyz", method: "PUT", allow: "GET, HEAD" },
];

const BODIES: readonly (readonly [type: string, body: string])[] = [
  ["application/json", ""],
  ["application/json", "{"],
  ["application/json", "sk_live_canary"],
  ["application/json", "[".repeat(60_000)],
  ["application/json", " ".repeat(1_000_000)],
  ["application/x-www-form-urlencoded", "a=%zz&__proto__=1"],
  ["multipart/form-data", "x"],
  ["multipart/form-data; boundary=x", "--x"],
  ["application/octet-stream", "x"],
  ["text/plain", "x"],
];

describe("a wrong method is a 405, whatever comes with it:", () => {
  for (const { path, method, allow } of TARGETS) {
    for (const [type, body] of BODIES) {
      test(`${method} ${path} with ${body.slice(0, 20)} (${body.length}) as ${type}`, async () => {
        const answer = await api.send(path, { method, headers: { "content-type": type }, body });
        expectFailure(answer, "method_not_allowed", { headers: { allow } });
        expect(loggedFaults(api)).toEqual([]);
        expect(JSON.stringify(logged(api))).not.toContain("canary");
      });
    }

    test(`${method} ${path}: what comes with it is not read`, async () => {
      let isRead = false;
      const body = new ReadableStream<Uint8Array>(
        {
          pull(controller) {
            isRead = true;
            controller.close();
          },
        },
        { highWaterMark: 0 },
      );
      const headers = { "content-type": "application/json", authorization: `Bearer ${api.write}` };
      const request = new Request(`http://localhost${path}`, { method, headers, body });
      expect((await api.app.handle(request)).status).toBe(405);
      expect(isRead).toBe(false);
    });
  }
});

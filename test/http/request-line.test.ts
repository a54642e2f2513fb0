import { expect, setSystemTime, test } from "bun:test";
import fc from "fast-check";
import { RequestLines } from "../../src/http/request-line.ts";
import type { LoggedRequest } from "../../src/http/request-log-sums.ts";
import { loggable, makeLog } from "../../src/log/log.ts";

const TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";
const REQUEST_ID = "00f067aa0ba902b7a3ce929d0e0e4736";

const texts = fc.oneof(
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.constantFrom(
    "/",
    "/a\u202eb",
    "/é",
    '/"\\',
    `/sk_live_${"a".repeat(49)}`,
    "/\ud800",
    `/${"x".repeat(600)}`,
  ),
);

test("the line of a request is the line of the general logger for the same fields", () => {
  const lines = new RequestLines();
  const logged: string[] = [];
  const log = makeLog("info", { write: (line) => void logged.push(line) });
  const anyRequest = fc.record({
    path: texts,
    method: fc.constantFrom("GET", "POST", "M-SEARCH"),
    status: fc.constantFrom(200, 401, 503),
    durationMs: fc.double({ min: 0, max: 100_000, noNaN: true }),
    ip: fc.option(fc.constantFrom("192.0.2.1", "2001:db8::1", 'odd"')),
    id: fc.option(fc.constantFrom("tok_1", 'odd"')),
    refusal: fc.constantFrom(null, "revoked" as const, "wrong_audience" as const),
    hasUnknownOptions: fc.boolean(),
    now: fc.integer({ min: 0, max: 253_402_300_799_999 }),
  });
  const both = fc.property(anyRequest, ({ path, method, status, durationMs, ip, id, now, ...outcome }) => {
    const shown = id === null ? null : { id };
    const request: LoggedRequest = {
      traceId: TRACE_ID,
      requestId: REQUEST_ID,
      ip,
      path,
      outcome: { shown, fault: null, ...outcome },
    };
    setSystemTime(now);
    const { refusal, hasUnknownOptions } = outcome;
    log.info(
      {
        trace_id: TRACE_ID,
        request_id: REQUEST_ID,
        method,
        path: loggable(path),
        status,
        duration_ms: Math.round(durationMs * 1000) / 1000,
        ip,
        token_id: id,
        ...(refusal === null ? {} : { authentication: refusal }),
        ...(hasUnknownOptions ? { options: "not understood" } : {}),
      },
      "request",
    );
    expect(lines.line(request, method, status, durationMs, now)).toBe(logged.at(-1) ?? "");
  });
  try {
    fc.assert(both, { numRuns: 2000, seed: 11 });
  } finally {
    setSystemTime();
  }
});

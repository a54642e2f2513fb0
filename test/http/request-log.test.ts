import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { AuthenticationRefusal } from "../../src/tokens/refusal.ts";
import { type Heard, SummedLog } from "../support/http/summed.ts";

const MINUTE_MS = 60_000;

describe("a request has a line of its own", () => {
  test.each<[string, Heard]>([
    ["that a token lets in", { token: "atok_1", status: 200 }],
    ["that a token lets in and that is wrong", { token: "atok_1", status: 400 }],
    [
      "that a token lets in and that meets a fault",
      { token: "atok_1", status: 500, fault: new Error("boom") },
    ],
  ])("%s, however many there are", (_, heard) => {
    const log = new SummedLog();
    log.hear(500, heard);
    log.requestLog.end();
    expect(log.full).toHaveLength(500);
    expect(log.faults).toHaveLength(heard.fault === undefined ? 0 : 500);
    expect(log.sums).toEqual([]);
  });

  test("among the first of its minute", () => {
    const log = new SummedLog();
    log.hear(10);
    log.requestLog.end();
    expect(log.full).toHaveLength(10);
    expect(log.lines).toHaveLength(10);
  });

  test("at the level debug, however many there are", () => {
    const log = new SummedLog("debug");
    log.hear(500, { status: 401, refusal: "missing" });
    log.requestLog.end();
    expect(log.full).toHaveLength(500);
    expect(log.lines).toHaveLength(500);
  });
});

describe("anonymous requests are summed up", () => {
  test("beyond ten from an address, with what they have in common", () => {
    const log = new SummedLog();
    log.hear(200, { status: 401, refusal: "missing", path: "/publisher.v1/api-token/list" });
    expect(log.full).toHaveLength(10);
    log.nowMs = 12_345;
    log.requestLog.end();
    expect(log.sums).toEqual([
      {
        level: "info",
        time: expect.any(String),
        status: 401,
        authentication: "missing",
        requests: 190,
        addresses: { "192.0.2.1": 190 },
        paths: { "/publisher.v1": 190 },
        seconds: 13,
        message: "requests summed up",
      },
    ]);
  });

  test("each kind apart", () => {
    const log = new SummedLog();
    const KINDS: readonly Heard[] = [
      ...[200, 304, 400, 404, 405, 413, 415, 503].map((status) => ({ status })),
      ...(["missing", "malformed", "unknown"] as const).map((refusal) => ({ status: 401, refusal })),
    ];
    for (const heard of KINDS) log.hear(15, heard);
    log.requestLog.end();
    expect(log.sums.map(({ status, authentication }) => authentication ?? status)).toEqual(
      KINDS.map(({ status, refusal }) => refusal ?? status ?? 0),
    );
    expect(log.told).toBe(15 * KINDS.length);
  });

  test("beyond thirty of a kind from many addresses, of which the ten that sent most are told", () => {
    const log = new SummedLog();
    log.hear(30, (index) => ({ ip: `198.51.100.${index}` }));
    log.hear(40, (index) => ({ ip: `192.0.2.${index % 20}` }));
    log.hear(5, { ip: "192.0.2.19" });
    expect(log.full).toHaveLength(30);
    log.requestLog.end();
    const [sum, ...more] = log.sums;
    expect(more).toEqual([]);
    expect(sum).toMatchObject({ requests: 45, more_addresses: 10 });
    expect(Object.entries(sum?.addresses ?? {})).toHaveLength(10);
    expect(Object.entries(sum?.addresses ?? {})[0]).toEqual(["192.0.2.19", 7]);
  });

  test("with the networks of IPv6 in place of their addresses, which one machine has by the billions", () => {
    const log = new SummedLog();
    log.hear(1000, (index) => ({ ip: `2001:db8:0:7:${index.toString(16)}::1` }));
    expect(log.full).toHaveLength(10);
    log.hear(1, { ip: "2001:db8::1" });
    expect(log.full).toHaveLength(11);
    log.requestLog.end();
    expect(log.sums).toMatchObject([{ requests: 990, addresses: { "2001:db8:0:7::/64": 990 } }]);
    expect(log.sums[0]).not.toHaveProperty("more_addresses");
  });

  test("beyond a hundred of all kinds together", () => {
    const log = new SummedLog();
    for (const status of [200, 400, 404, 405, 413, 415])
      log.hear(50, (index) => ({ status, ip: `192.0.2.${index}` }));
    expect(log.full).toHaveLength(100);
    log.requestLog.end();
    expect(log.told).toBe(300);
  });

  test("from no address too", () => {
    const log = new SummedLog();
    log.hear(11, { ip: null });
    log.requestLog.end();
    expect(log.sums).toMatchObject([{ requests: 1, addresses: { unknown: 1 } }]);
  });

  test("without a secret that stands in the path, and with the start of a long one", () => {
    const secret = `sk_live_${"0".repeat(49)}`;
    const log = new SummedLog();
    log.hear(10);
    for (const path of [`/${secret}/x`, `/${"x".repeat(40)}${secret}`, `/${"y".repeat(5000)}`, "/"])
      log.hear(1, { path });
    log.requestLog.end();
    const paths = Object.keys(log.sums[0]?.paths ?? {});
    expect(paths).toHaveLength(4);
    expect(paths.join()).not.toContain("0000");
    expect(Math.max(...paths.map(({ length }) => length))).toBeLessThanOrEqual(64);
    expect(log.sums[0]?.paths).toHaveProperty("/");
  });
});

describe("a flood of anonymous requests hides", () => {
  const flooded = (): SummedLog => {
    const log = new SummedLog();
    for (const status of [200, 400, 401, 404, 405])
      log.hear(1000, (index) => ({ status, ip: `192.0.2.${index % 200}` }));
    log.lines.length = 0;
    return log;
  };

  test.each<AuthenticationRefusal>(["expired", "revoked", "wrong_audience", "insufficient_access"])(
    "no token that was refused as %s: ten lines for each, and a sum",
    (refusal) => {
      const log = flooded();
      log.hear(25, { status: 401, refusal, token: "atok_1" });
      log.hear(12, { status: 401, refusal, token: "atok_2", ip: "2001:db8::1" });
      expect(log.full.map(({ token_id: id }) => id)).toEqual([
        ...Array.from({ length: 10 }, () => "atok_1"),
        ...Array.from({ length: 10 }, () => "atok_2"),
      ]);
      log.requestLog.end();
      const sum = log.sums.find(({ authentication }) => authentication === refusal);
      expect(sum).toMatchObject({
        requests: 17,
        tokens: { atok_1: 15, atok_2: 2 },
        addresses: { "192.0.2.1": 15, "2001:db8::/64": 2 },
      });
    },
  );

  test("no fault of the server: the first have lines with their cause, the rest is an error too", () => {
    const log = flooded();
    const fault = new Error("disk I/O error");
    log.hear(35, (index) => ({ status: 503, fault, ip: `192.0.2.${index}`, path: "/readyz" }));
    log.hear(1, { status: 500, fault: new Error("boom"), ip: "192.0.2.1" });
    expect(log.faults).toHaveLength(31);
    expect(log.faults.at(-1)).toMatchObject({ level: "error", message: "boom" });
    expect(log.full).toHaveLength(31);
    log.requestLog.end();
    expect(log.sums.filter(({ level }) => level === "error")).toMatchObject([
      { status: 503, requests: 5, paths: { "/readyz": 5 } },
    ]);
  });

  test("no request that a token lets in", () => {
    const log = flooded();
    log.hear(50, { status: 200, token: "atok_1" });
    expect(log.full).toHaveLength(50);
  });
});

test("however many tokens are refused, addresses are used and paths asked for, a sum stays small", () => {
  const log = new SummedLog();
  log.hear(20_000, (index) => ({
    status: 401,
    refusal: "revoked",
    token: `atok_${index}`,
    ip: `2001:db8:${(index >> 8).toString(16)}:${(index & 255).toString(16)}::1`,
    path: `/${index}`,
  }));
  log.requestLog.end();
  expect(log.full).toHaveLength(30);
  expect(log.told).toBe(20_000);
  // A thousand names are told apart.
  expect(log.sums).toMatchObject([{ more_tokens: 990, more_addresses: 990, more_paths: 990 }]);
  expect(JSON.stringify(log.sums).length).toBeLessThan(2000);
});

test("the worst minute of anonymous requests, of every kind and with long paths, costs 100 KB", () => {
  const log = new SummedLog();
  const KINDS: readonly Heard[] = [
    ...[200, 304, 400, 404, 405, 413, 415].map((status) => ({ status })),
    ...(["missing", "malformed", "unknown"] as const).map((refusal) => ({ status: 401, refusal })),
  ];
  for (const heard of KINDS)
    log.hear(2000, (index) => ({
      ...heard,
      ip: `2001:db8:7777:${index}::1`,
      path: `/${index}${"x".repeat(5000)}`,
    }));
  log.requestLog.end();
  expect(log.told).toBe(2000 * KINDS.length);
  expect(log.lines.map((line) => JSON.stringify(line)).join("\n").length).toBeLessThan(100_000);
});

describe("a sum is told", () => {
  test("once its minute is over, by the next request of its kinds; then lines begin anew", () => {
    const log = new SummedLog();
    log.hear(15);
    log.nowMs = MINUTE_MS - 1;
    log.hear(1);
    log.hear(3, { token: "atok_1", status: 200 });
    expect(log.sums).toEqual([]);
    log.nowMs = MINUTE_MS;
    log.lines.length = 0;
    log.hear(11);
    expect(log.lines.map(({ message }) => message)).toEqual([
      "requests summed up",
      ...Array.from({ length: 10 }, () => "request"),
    ]);
    expect(log.sums).toMatchObject([{ requests: 6, seconds: 60 }]);
    log.requestLog.end();
    expect(log.sums.slice(1)).toMatchObject([{ requests: 1, seconds: 0 }]);
    log.requestLog.end();
    expect(log.sums).toHaveLength(2);
  });

  test("once its minute is over, though no request comes any more", async () => {
    const log = new SummedLog("info", 1);
    log.hear(11);
    await Bun.sleep(20);
    expect(log.sums).toEqual([]);
    log.nowMs = MINUTE_MS;
    const deadline = performance.now() + 10_000;
    while (log.sums.length === 0 && performance.now() < deadline) await Bun.sleep(1);
    expect(log.sums).toMatchObject([{ requests: 1 }]);
  });

  test("not where there is nothing to tell", () => {
    const log = new SummedLog();
    log.hear(3);
    log.nowMs = MINUTE_MS;
    log.hear(3);
    log.requestLog.end();
    expect(log.sums).toEqual([]);
  });
});

describe("whatever comes,", () => {
  const refusal = fc.constantFrom<AuthenticationRefusal>("expired", "revoked", "wrong_audience");
  const anonymous = fc.constantFrom<AuthenticationRefusal | null>(null, "missing", "malformed", "unknown");
  const ip = fc.oneof(
    fc.nat(40).map((host) => `192.0.2.${host}`),
    fc.nat(5).map((net) => `2001:db8:0:${net}::1`),
    fc.constant(null),
  );
  const path = fc.constantFrom("/", "/a", "/a/b", "/__proto__/x", `/${"z".repeat(100)}/`);
  const status = fc.constantFrom(200, 400, 401, 404, 500, 503);
  const heard: fc.Arbitrary<Heard> = fc.oneof(
    fc.record({ status, refusal: anonymous, ip, path }),
    fc.record({
      status: fc.constantFrom(401, 403),
      refusal,
      ip,
      path,
      token: fc.constantFrom("atok_1", "atok_2"),
    }),
    fc.record({ status, ip, path, token: fc.constantFrom("atok_1", "atok_3") }),
  );
  const burst = fc.record({ heard, count: fc.nat(60), stepMs: fc.constantFrom(0, 1, 30_000, 60_000) });

  test("every request is told of exactly once, in few lines", () => {
    fc.assert(
      fc.property(fc.array(burst, { maxLength: 40 }), (bursts) => {
        const log = new SummedLog();
        const expected = new Map<unknown, number>();
        for (const { heard, count, stepMs } of bursts) {
          log.nowMs += stepMs;
          log.hear(count, heard);
          const kind = kindOf({ ...heard });
          expected.set(kind, (expected.get(kind) ?? 0) + count);
        }
        log.requestLog.end();
        const told = new Map<unknown, number>();
        for (const line of log.lines) {
          const { requests = 1 } = line;
          told.set(kindOf(line), (told.get(kindOf(line)) ?? 0) + Number(requests));
        }
        for (const [kind, count] of expected) expect([kind, told.get(kind) ?? 0]).toEqual([kind, count]);
        for (const { requests, addresses, paths, more_addresses: more } of log.sums) {
          expect(sum(paths)).toBe(Number(requests));
          if (more === undefined) expect(sum(addresses)).toBe(Number(requests));
        }
        const letIn = log.full.filter(
          ({ token_id, authentication }) => token_id !== null && authentication === undefined,
        );
        const minutes = 1 + Math.floor(log.nowMs / MINUTE_MS);
        const kindsBeside = 2 * 3 + 2 * 4;
        expect(log.full.length - letIn.length).toBeLessThanOrEqual(minutes * (100 + kindsBeside * 30));
      }),
      { numRuns: 200 },
    );
  });
});

/** What a line and a request have in common where they are of one kind. */
function kindOf(told: Readonly<Record<string, unknown>>): string {
  const { status, refusal, authentication, token, token_id: id } = told;
  const why = refusal ?? authentication ?? null;
  const isLetIn = why === null && (token !== undefined || (id !== undefined && id !== null));
  if (isLetIn) return `let in ${status}`;
  return `${status} ${why}`;
}

function sum(counts: unknown): number {
  return Object.values(counts ?? {}).reduce((total: number, count) => total + Number(count), 0);
}

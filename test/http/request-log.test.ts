import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { RequestLog } from "../../src/http/request-log.ts";
import type { LoggedRequest } from "../../src/http/request-log-sums.ts";
import { makeLog } from "../../src/log/log.ts";
import type { LogLevel } from "../../src/log/log-levels.ts";
import type { AuthenticationRefusal } from "../../src/tokens/refusal.ts";
import type { LogLine } from "../support/http/logged.ts";
import { until } from "../support/patience.ts";

const MINUTE_MS = 60_000;

/** A request that the log gets. By default it is anonymous, comes from 192.0.2.1 and is answered with 404. */
interface Answered {
  readonly status?: number;
  readonly refusal?: AuthenticationRefusal | null;
  readonly ip?: string | null;
  readonly path?: string;
  /** The id of the request's token. */
  readonly token?: string;
  readonly fault?: Error;
}

type Requests = Answered | ((index: number) => Answered);

/** A log of requests on a clock that stands still, with its lines. */
class SummedLog {
  nowMs = 0;
  readonly lines: LogLine[] = [];
  readonly #log: RequestLog;

  constructor(level: LogLevel = "info", checkEveryMs?: number) {
    const stream = { write: (line: string) => void this.lines.push(JSON.parse(line)) };
    const log = makeLog(level, stream);
    this.#log = new RequestLog({
      log,
      stream,
      clock: () => this.nowMs,
      ...(checkEveryMs === undefined ? {} : { checkEveryMs }),
    });
  }

  add(count: number, requests: Requests = {}): this {
    for (let index = 0; index < count; index += 1) {
      const { status = 404, ...rest } = typeof requests === "function" ? requests(index) : requests;
      this.#log.answered(requestOf(rest), "GET", status, 1);
    }
    return this;
  }

  end(): this {
    this.#log.end();
    return this;
  }

  /** The requests that have a line of their own. */
  get full(): readonly LogLine[] {
    return this.lines.filter(({ message }) => message === "request");
  }

  get sums(): readonly LogLine[] {
    return this.lines.filter(({ message }) => message === "requests summed up");
  }

  get faults(): readonly LogLine[] {
    return this.lines.filter(({ error }) => error !== undefined);
  }

  /** The number of requests in lines of their own and in sums. */
  get logged(): number {
    return this.full.length + this.sums.reduce((total, { requests }) => total + Number(requests), 0);
  }
}

function requestOf({
  token,
  fault,
  ip = "192.0.2.1",
  path = "/nope",
  refusal = null,
}: Omit<Answered, "status">): LoggedRequest {
  return {
    traceId: "0".repeat(32),
    requestId: "0".repeat(32),
    ip,
    path,
    outcome: {
      shown: token === undefined ? null : { id: token },
      refusal,
      hasUnknownOptions: false,
      fault: fault === undefined ? null : { error: fault, message: fault.message },
    },
  };
}

describe("a request has a line of its own", () => {
  test.each<[string, Answered]>([
    ["that a token lets in", { token: "atok_1", status: 200 }],
    ["that a token lets in and that is wrong", { token: "atok_1", status: 400 }],
    ["that a token lets in and that fails", { token: "atok_1", status: 500, fault: new Error("boom") }],
  ])("%s, however many there are", (_, request) => {
    const log = new SummedLog().add(500, request).end();
    expect(log.full).toHaveLength(500);
    expect(log.faults).toHaveLength(request.fault === undefined ? 0 : 500);
    expect(log.sums).toEqual([]);
  });

  test("among the first of its minute", () => {
    const log = new SummedLog().add(10).end();
    expect([log.full.length, log.lines.length]).toEqual([10, 10]);
  });

  test("at the level debug, however many there are", () => {
    const log = new SummedLog("debug").add(500, { status: 401, refusal: "missing" }).end();
    expect([log.full.length, log.lines.length]).toEqual([500, 500]);
  });
});

const KINDS: readonly Answered[] = [
  ...[200, 304, 400, 404, 405, 413, 415, 503].map((status) => ({ status })),
  ...(["missing", "malformed", "unknown"] as const).map((refusal) => ({ status: 401, refusal })),
];

describe("anonymous requests are summed up", () => {
  test("beyond ten from an address, with their common values", () => {
    const log = new SummedLog();
    log.add(200, { status: 401, refusal: "missing", path: "/publisher.v1/api-token/list" });
    expect(log.full).toHaveLength(10);
    log.nowMs = 12_345;
    expect(log.end().sums).toEqual([
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
    for (const kind of KINDS) log.add(15, kind);
    const kinds = log.end().sums.map(({ status, authentication }) => authentication ?? status);
    expect(kinds).toEqual(KINDS.map(({ status, refusal }) => refusal ?? status ?? 0));
    expect(log.logged).toBe(15 * KINDS.length);
  });

  test("beyond thirty of a kind from many addresses, with the ten that sent most", () => {
    const log = new SummedLog()
      .add(30, (index) => ({ ip: `198.51.100.${index}` }))
      .add(40, (index) => ({ ip: `192.0.2.${index % 20}` }))
      .add(5, { ip: "192.0.2.19" });
    expect(log.full).toHaveLength(30);
    const [sum, ...more] = log.end().sums;
    expect(more).toEqual([]);
    expect(sum).toMatchObject({ requests: 45, more_addresses: 10 });
    expect(Object.entries(sum?.addresses ?? {})).toHaveLength(10);
    expect(Object.entries(sum?.addresses ?? {})[0]).toEqual(["192.0.2.19", 7]);
  });

  test("by the networks of IPv6, of which one machine has billions of addresses", () => {
    const log = new SummedLog().add(1000, (index) => ({ ip: `2001:db8:0:7:${index.toString(16)}::1` }));
    expect(log.full).toHaveLength(10);
    log.add(1, { ip: "2001:db8::1" });
    expect(log.full).toHaveLength(11);
    expect(log.end().sums).toMatchObject([{ requests: 990, addresses: { "2001:db8:0:7::/64": 990 } }]);
    expect(log.sums[0]).not.toHaveProperty("more_addresses");
  });

  test("beyond a hundred of all kinds together", () => {
    const log = new SummedLog();
    for (const status of [200, 400, 404, 405, 413, 415])
      log.add(50, (index) => ({ status, ip: `192.0.2.${index}` }));
    expect(log.full).toHaveLength(100);
    expect(log.end().logged).toBe(300);
  });

  test("from no address too", () => {
    const { sums } = new SummedLog().add(11, { ip: null }).end();
    expect(sums).toMatchObject([{ requests: 1, addresses: { unknown: 1 } }]);
  });

  test("without a secret of the path, and with the start of a long one", () => {
    const secret = `sk_live_${"0".repeat(49)}`;
    const log = new SummedLog().add(10);
    for (const path of [`/${secret}/x`, `/${"x".repeat(40)}${secret}`, `/${"y".repeat(5000)}`, "/"])
      log.add(1, { path });
    const paths = Object.keys(log.end().sums[0]?.paths ?? {});
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
      log.add(1000, (index) => ({ status, ip: `192.0.2.${index % 200}` }));
    log.lines.length = 0;
    return log;
  };

  test.each<AuthenticationRefusal>(["expired", "revoked", "wrong_audience", "insufficient_access"])(
    "no token that was refused as %s: ten lines for each, and a sum",
    (refusal) => {
      const log = flooded();
      log.add(25, { status: 401, refusal, token: "atok_1" });
      log.add(12, { status: 401, refusal, token: "atok_2", ip: "2001:db8::1" });
      const lines = ["atok_1", "atok_2"].flatMap((id) => Array.from({ length: 10 }, () => id));
      expect(log.full.map(({ token_id: id }) => id)).toEqual(lines);
      const sum = log.end().sums.find(({ authentication }) => authentication === refusal);
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
    log.add(35, (index) => ({ status: 503, fault, ip: `192.0.2.${index}`, path: "/readyz" }));
    log.add(1, { status: 500, fault: new Error("boom"), ip: "192.0.2.1" });
    expect(log.faults).toHaveLength(31);
    expect(log.faults.at(-1)).toMatchObject({ level: "error", message: "boom" });
    expect(log.full).toHaveLength(31);
    expect(log.end().sums.filter(({ level }) => level === "error")).toMatchObject([
      { status: 503, requests: 5, paths: { "/readyz": 5 } },
    ]);
  });

  test("no request that a token lets in", () => {
    expect(flooded().add(50, { status: 200, token: "atok_1" }).full).toHaveLength(50);
  });
});

test("a sum stays small, however many tokens, addresses and paths there are", () => {
  const log = new SummedLog().add(20_000, (index) => ({
    status: 401,
    refusal: "revoked",
    token: `atok_${index}`,
    ip: `2001:db8:${(index >> 8).toString(16)}:${(index & 255).toString(16)}::1`,
    path: `/${index}`,
  }));
  expect(log.end().full).toHaveLength(30);
  expect(log.logged).toBe(20_000);
  // A sum counts a thousand names apart.
  expect(log.sums).toMatchObject([{ more_tokens: 990, more_addresses: 990, more_paths: 990 }]);
  expect(JSON.stringify(log.sums).length).toBeLessThan(2000);
});

test("the worst minute of anonymous requests, of every kind and with long paths, costs 100 KB", () => {
  const log = new SummedLog();
  for (const kind of KINDS)
    log.add(2000, (index) => ({
      ...kind,
      ip: `2001:db8:7777:${index}::1`,
      path: `/${index}${"x".repeat(5000)}`,
    }));
  expect(log.end().logged).toBe(2000 * KINDS.length);
  expect(log.lines.map((line) => JSON.stringify(line)).join("\n").length).toBeLessThan(100_000);
});

describe("a sum is logged", () => {
  test("once its minute is over, by the next request of its kinds; then lines begin anew", () => {
    const log = new SummedLog().add(15);
    log.nowMs = MINUTE_MS - 1;
    log.add(1).add(3, { token: "atok_1", status: 200 });
    expect(log.sums).toEqual([]);
    log.nowMs = MINUTE_MS;
    log.lines.length = 0;
    log.add(11);
    const lines = ["requests summed up", ...Array.from({ length: 10 }, () => "request")];
    expect(log.lines.map(({ message }) => message)).toEqual(lines);
    expect(log.sums).toMatchObject([{ requests: 6, seconds: 60 }]);
    expect(log.end().sums.slice(1)).toMatchObject([{ requests: 1, seconds: 0 }]);
    expect(log.end().sums).toHaveLength(2);
  });

  test("once its minute is over, without another request", async () => {
    const log = new SummedLog("info", 1).add(11);
    await Bun.sleep(20);
    expect(log.sums).toEqual([]);
    log.nowMs = MINUTE_MS;
    await until(() => log.sums.length > 0);
    expect(log.sums).toMatchObject([{ requests: 1 }]);
  });

  test("only if it sums something up", () => {
    const log = new SummedLog().add(3);
    log.nowMs = MINUTE_MS;
    expect(log.add(3).end().sums).toEqual([]);
  });
});

const ANSWERED = (() => {
  const status = fc.constantFrom(200, 400, 401, 404, 500, 503);
  const ip = fc.oneof(
    fc.nat(40).map((host) => `192.0.2.${host}`),
    fc.nat(5).map((net) => `2001:db8:0:${net}::1`),
    fc.constant(null),
  );
  const path = fc.constantFrom("/", "/a", "/a/b", "/__proto__/x", `/${"z".repeat(100)}/`);
  const anonymous = fc.constantFrom<AuthenticationRefusal | null>(null, "missing", "malformed", "unknown");
  const refusal = fc.constantFrom<AuthenticationRefusal>("expired", "revoked", "wrong_audience");
  const token = fc.constantFrom("atok_1", "atok_2");
  return fc.oneof(
    fc.record({ status, refusal: anonymous, ip, path }),
    fc.record({ status: fc.constantFrom(401, 403), refusal, ip, path, token }),
    fc.record({ status, ip, path, token }),
  );
})();

test("every request is logged exactly once, in few lines", () => {
  const stepMs = fc.constantFrom(0, 1, 30_000, 60_000);
  const bursts = fc.array(fc.record({ request: ANSWERED, count: fc.nat(60), stepMs }), { maxLength: 40 });
  const property = fc.property(bursts, (all) => {
    const log = new SummedLog();
    const expected = new Map<string, number>();
    for (const { request, count, stepMs } of all) {
      log.nowMs += stepMs;
      log.add(count, request);
      add(expected, kindOf({ ...request }), count);
    }
    const logged = new Map<string, number>();
    for (const line of log.end().lines) add(logged, kindOf(line), Number(line.requests ?? 1));
    for (const [kind, count] of expected) expect([kind, logged.get(kind) ?? 0]).toEqual([kind, count]);
    for (const { requests, addresses, paths, more_addresses: more } of log.sums) {
      expect(sum(paths)).toBe(Number(requests));
      if (more === undefined) expect(sum(addresses)).toBe(Number(requests));
    }
    const others = log.full.filter((line) => !kindOf(line).startsWith("let in"));
    const minutes = 1 + Math.floor(log.nowMs / MINUTE_MS);
    const kindsBeside = 2 * 3 + 2 * 4;
    expect(others.length).toBeLessThanOrEqual(minutes * (100 + kindsBeside * 30));
  });
  fc.assert(property, { numRuns: 200 });
});

function add(counts: Map<string, number>, kind: string, count: number): void {
  counts.set(kind, (counts.get(kind) ?? 0) + count);
}

/** Returns the kind of a request or of a line of the log: its status and the reason of its refusal. */
function kindOf(values: Readonly<Record<string, unknown>>): string {
  const { status, refusal, authentication, token, token_id: id } = values;
  const reason = refusal ?? authentication ?? null;
  const isLetIn = reason === null && (token ?? id ?? null) !== null;
  return isLetIn ? `let in ${status}` : `${status} ${reason}`;
}

function sum(counts: unknown): number {
  return Object.values(counts ?? {}).reduce((total: number, count) => total + Number(count), 0);
}

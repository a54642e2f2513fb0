import { expect, test } from "bun:test";
import { makeLog } from "../../src/log/log.ts";
import { ReuseWarnings, WARNED_LIMIT } from "../../src/server/reuse-warnings.ts";
import type { Token } from "../../src/tokens/token.ts";
import type { Reuse } from "../../src/tokens/usage/reuse.ts";
import { A_MOMENT, tokenOf } from "../support/new-token.ts";

const HOUR_MS = 3_600_000;

/** Warnings on a clock that stands still, and every line of the log. */
class Warned {
  nowMs = 0;
  readonly lines: Readonly<Record<string, unknown>>[] = [];
  readonly #warnings = new ReuseWarnings(
    makeLog("info", { write: (line) => void this.lines.push(JSON.parse(line)) }),
    () => this.nowMs,
  );

  warn(id: string, values: Partial<Reuse> = {}, token: Partial<Token> = {}): void {
    const showing = { traceId: "trace", requestId: "request", ip: "192.0.2.7", path: "/x", caller: null };
    const revokedAt = A_MOMENT;
    const end = { why: "revoked", at: revokedAt } as const;
    this.#warnings.warn({ token: tokenOf(id, { revokedAt, ...token }), end, showing, ...values });
  }

  get ids(): readonly unknown[] {
    return this.lines.map(({ token_id: id }) => id);
  }
}

test("a warning says which token, how it ended, and in which request its secret was shown", () => {
  const warned = new Warned();
  warned.warn("atok_1");
  const showing = {
    traceId: "trace",
    requestId: "request",
    ip: null,
    path: `/${"sk_live_"}${"0".repeat(49)}`,
    caller: tokenOf("atok_service"),
  };
  const end = { why: "replaced", at: A_MOMENT + 1 } as const;
  warned.warn("atok_2", { end, showing }, { replacedBy: "atok_3" });
  const time = expect.any(String);
  const request = { trace_id: "trace", request_id: "request" };
  expect(warned.lines).toEqual([
    {
      level: "warn",
      time,
      ...request,
      token_id: "atok_1",
      why: "revoked",
      ended_at: "2026-06-01T12:00:00Z",
      ip: "192.0.2.7",
      path: "/x",
      message: "the secret of a revoked token was shown",
    },
    {
      level: "warn",
      time,
      ...request,
      token_id: "atok_2",
      why: "replaced",
      ended_at: "2026-06-01T12:00:01Z",
      replaced_by: "atok_3",
      ip: null,
      path: expect.stringMatching(/^\/sk_live_[^0]*$/),
      asked_by: "atok_service",
      message: "the secret of a replaced token was shown",
    },
  ]);
});

test("there is one an hour for each token", () => {
  const warned = new Warned();
  for (const nowMs of [0, 1, HOUR_MS - 1]) {
    warned.nowMs = nowMs;
    warned.warn("atok_1");
    if (nowMs > 0) warned.warn("atok_2");
  }
  expect(warned.ids).toEqual(["atok_1", "atok_2"]);
  warned.nowMs = HOUR_MS;
  for (const id of ["atok_2", "atok_1", "atok_1"]) warned.warn(id);
  expect(warned.ids.slice(2)).toEqual(["atok_1"]);
  warned.nowMs = HOUR_MS + 1;
  for (const id of ["atok_1", "atok_2", "atok_2"]) warned.warn(id);
  expect(warned.ids.slice(3)).toEqual(["atok_2"]);
});

test("beyond a limit, one warning stands for all further tokens, until there is room again", () => {
  const warned = new Warned();
  for (let count = 0; count < WARNED_LIMIT; count += 1) warned.warn(`atok_${count}`);
  expect(warned.lines).toHaveLength(WARNED_LIMIT);
  warned.nowMs = 1;
  for (const id of ["atok_new", "atok_newer", "atok_new", "atok_0"]) warned.warn(id);
  expect(warned.lines.slice(WARNED_LIMIT)).toMatchObject([{ level: "warn", tokens: WARNED_LIMIT }]);
  expect(warned.ids.at(-1)).toBeUndefined();
  warned.nowMs = HOUR_MS;
  for (const id of ["atok_new", "atok_0", "atok_new"]) warned.warn(id);
  expect(warned.ids.slice(WARNED_LIMIT + 1)).toEqual(["atok_new", "atok_0"]);
});

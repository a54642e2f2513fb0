import { describe, expect, test } from "bun:test";
import { COMMAND_LINE } from "../../../src/tokens/audit/audit-event.ts";
import { finalEnd, type Showing } from "../../../src/tokens/usage/reuse.ts";
import { A_MOMENT, tokenOf } from "../../support/new-token.ts";
import { outcomeOf } from "../../support/store/store.ts";
import { useTestStore } from "../../support/use-test-store.ts";

const context = useTestStore();

const NEXT = "atok_next";

test.each([
  ["active", {}, null],
  ["not expired yet", { expiresAt: A_MOMENT + 1 }, null],
  ["expired", { expiresAt: A_MOMENT }, null],
  ["replaced, within its overlap", { expiresAt: A_MOMENT + 1, replacedBy: NEXT }, null],
  ["replaced, without an end", { replacedBy: NEXT }, null],
  ["replaced, its overlap over", { expiresAt: A_MOMENT, replacedBy: NEXT }, ["replaced", A_MOMENT]],
  ["replaced long ago", { expiresAt: A_MOMENT - 9, replacedBy: NEXT }, ["replaced", A_MOMENT - 9]],
  ["revoked", { revokedAt: A_MOMENT - 5 }, ["revoked", A_MOMENT - 5]],
  ["revoked, then expired", { revokedAt: A_MOMENT - 5, expiresAt: A_MOMENT - 3 }, ["revoked", A_MOMENT - 5]],
  ["replaced, then revoked", { revokedAt: A_MOMENT, replacedBy: NEXT }, ["revoked", A_MOMENT]],
] as const)("a token that is %s", (_, values, expected) => {
  const end = finalEnd(tokenOf("atok_1", values), A_MOMENT);
  expect(end && [end.why, end.at]).toEqual(expected === null ? null : [...expected]);
});

const SHOWING: Showing = {
  traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
  requestId: "9c1de5a4f0b2477d8a6e3b5c7f901234",
  ip: "192.0.2.7",
  path: "/forward-auth/wiki",
  caller: null,
};
const READ = { access: "read", audience: null } as const;

describe("the secret of a revoked token", () => {
  test("is heard of each time that a request shows it, and of no other", async () => {
    const { tokens, reuses } = context;
    const { secret, token } = await context.create();
    const other = await context.create({ expiresAt: context.clock.now + 1 });
    await tokens.authenticate(secret, "counted", SHOWING);
    const { token: revoked } = outcomeOf(await tokens.revoke(token.id, COMMAND_LINE));
    context.clock.step(60);
    await tokens.authenticate(other.secret, "counted", SHOWING);
    expect(reuses).toEqual([]);
    await tokens.authenticate(secret, "counted", SHOWING);
    await tokens.verify(secret, READ, SHOWING);
    const end = { why: "revoked" as const, at: revoked.revokedAt ?? 0 };
    const reuse = { token: revoked, end, showing: SHOWING };
    expect(reuses).toEqual([reuse, reuse]);
  });

  test("is not heard of where an operator looks, or the same request shows it again", async () => {
    const { secret, token } = await context.create();
    outcomeOf(await context.tokens.revoke(token.id, COMMAND_LINE));
    await context.tokens.verify(secret, READ);
    await context.tokens.authenticate(secret, "uncounted", SHOWING);
    expect(context.reuses).toEqual([]);
  });
});

test("the secret of a replaced token is heard of once its overlap is over, that of its successor never", async () => {
  const { secret, token } = await context.create();
  const request = { overlapSeconds: 60, expiresAt: undefined };
  const rotated = outcomeOf(await context.tokens.rotate(token.id, request, COMMAND_LINE));
  context.clock.step(59);
  await context.tokens.authenticate(secret, "counted", SHOWING);
  expect(context.reuses).toEqual([]);
  context.clock.step(1);
  await context.tokens.authenticate(secret, "counted", SHOWING);
  await context.tokens.authenticate(rotated.successor.secret, "counted", SHOWING);
  expect(context.reuses).toMatchObject([
    { token: { id: token.id }, end: { why: "replaced", at: context.clock.now } },
  ]);
});

describe("the mark", () => {
  test.each<
    [name: string, steps: readonly [seconds: number, ip: string | null, marked: readonly unknown[]][]]
  >([
    [
      "is that of the latest time",
      [
        [0, "192.0.2.1", [0, "192.0.2.1"]],
        [7200, "192.0.2.2", [7200, "192.0.2.2"]],
        [0, "192.0.2.3", [7200, "192.0.2.3"]],
        [0, null, [7200, null]],
      ],
    ],
    [
      "stays where the clock steps back, in memory and in the store",
      [
        [0, "192.0.2.1", [0, "192.0.2.1"]],
        [-1, "192.0.2.2", [0, "192.0.2.1"]],
        [-7200, "192.0.2.3", [0, "192.0.2.1"]],
      ],
    ],
  ])("%s", async (_, steps) => {
    const { clock, tokens, usage, store } = context;
    const start = clock.now;
    const { secret, token } = await context.create();
    outcomeOf(await tokens.revoke(token.id, COMMAND_LINE));
    for (const [seconds, ip, [reusedAt, reusedFrom]] of steps) {
      clock.step(seconds);
      await tokens.verify(secret, READ, { ...SHOWING, ip });
      const marked = { reusedAt: start + Number(reusedAt), reusedFrom };
      const rest = { id: token.id, revokedAt: start, lastUsedAt: null };
      expect(await tokens.get(token.id)).toMatchObject({ ...rest, ...marked });
      if (seconds !== 0) await usage.flush();
      if (seconds !== 0) expect(store.findById(token.id)).toMatchObject({ ...rest, ...marked });
    }
  });
});

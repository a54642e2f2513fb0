import { describe, expect, test } from "bun:test";
import { COMMAND_LINE } from "../../../src/tokens/audit/audit-event.ts";
import { finalEnd, type Showing } from "../../../src/tokens/usage/reuse.ts";
import { A_MOMENT, tokenOf } from "../../support/new-token.ts";
import { outcomeOf, type TestStore } from "../../support/store/store.ts";
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
  id: "4bf92f3577b34da6a3ce929d0e0e4736",
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
  /** A revoked token, and what shows its secret from somewhere. */
  async function revoked(context: TestStore) {
    const { secret, token } = await context.create();
    outcomeOf(await context.tokens.revoke(token.id, COMMAND_LINE));
    const show = async (ip: string | null) => await context.tokens.verify(secret, READ, { ...SHOWING, ip });
    const marks = async () => {
      await context.usage.flush();
      const { reusedAt, reusedFrom, ...rest } = outcomeOf(await context.tokens.get(token.id));
      expect(rest).toMatchObject({ id: token.id, revokedAt: token.createdAt, lastUsedAt: null });
      return [reusedAt, reusedFrom];
    };
    return { show, marks };
  }

  test("is in the store after a flush, and is that of the latest time", async () => {
    const { clock } = context;
    const { show, marks } = await revoked(context);
    expect(await marks()).toEqual([null, null]);
    await show("192.0.2.1");
    expect(await marks()).toEqual([clock.now, "192.0.2.1"]);
    clock.step(7200);
    await show("192.0.2.2");
    await show("192.0.2.3");
    expect(await marks()).toEqual([clock.now, "192.0.2.3"]);
    await show("192.0.2.4");
    expect(await marks()).toEqual([clock.now, "192.0.2.4"]);
    await show(null);
    expect(await marks()).toEqual([clock.now, null]);
  });

  test("stays where the clock steps back, in memory and in the store", async () => {
    const { clock } = context;
    const { show, marks } = await revoked(context);
    const latest = clock.now;
    await show("192.0.2.1");
    clock.step(-1);
    await show("192.0.2.2");
    expect(await marks()).toEqual([latest, "192.0.2.1"]);
    clock.step(-7200);
    await show("192.0.2.3");
    expect(await marks()).toEqual([latest, "192.0.2.1"]);
  });
});

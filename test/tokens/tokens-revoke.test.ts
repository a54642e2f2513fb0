import { describe, expect, test } from "bun:test";
import { COMMAND_LINE } from "../../src/tokens/audit/audit-event.ts";
import { CALLER } from "../support/new-token.ts";
import { auditTrail, outcomeOf, TestStore } from "../support/store/store.ts";

const NO_SUCH_TOKEN = { refused: "not-found", resource: "api-token" } as const;

describe("a revocation", () => {
  test("is at once, and its first moment stays however often it is asked for", async () => {
    using context = TestStore.withCaller();
    const { clock, tokens } = context;
    const values = { access: "write", description: "CI", expiresAt: clock.now + 60 } as const;
    const { secret, token } = await context.create(values, CALLER);
    clock.step(10);
    const revoked = { ...token, revokedAt: clock.now };
    expect(await tokens.revoke(token.id, CALLER)).toEqual({
      token: revoked,
      wasRevoked: false,
      descendants: null,
    });
    expect(await tokens.authenticate(secret)).toEqual({ token: revoked, refusal: "revoked" });
    for (const seconds of [10, -1000]) {
      clock.step(seconds);
      expect(await tokens.revoke(token.id, CALLER)).toEqual({
        token: revoked,
        wasRevoked: true,
        descendants: null,
      });
      expect(await tokens.get(token.id)).toEqual(revoked);
    }
    expect(context.changes.map(({ action }) => action)).toEqual(["api-token.create", "api-token.revoke"]);
    expect(auditTrail(context)).toHaveLength(2);
  });

  test("of an expired token is one too", async () => {
    using context = new TestStore();
    const { clock, tokens } = context;
    const { secret, token } = await context.create({ expiresAt: clock.now + 1 });
    clock.step(5);
    expect(outcomeOf(await tokens.revoke(token.id, COMMAND_LINE)).token.revokedAt).toBe(clock.now);
    clock.step(-5);
    expect((await tokens.authenticate(secret)).refusal).toBe("revoked");
  });

  test("changes no other token", async () => {
    using context = new TestStore();
    const other = await context.create();
    const { token } = await context.create();
    outcomeOf(await context.tokens.revoke(token.id, COMMAND_LINE));
    expect((await context.tokens.authenticate(other.secret)).token).toEqual(other.token);
  });

  test("of what is not there is refused, and recorded nowhere", async () => {
    using context = new TestStore();
    expect(await context.tokens.revoke("atok_nobody", COMMAND_LINE)).toEqual(NO_SUCH_TOKEN);
    expect(await context.tokens.get("atok_nobody")).toEqual(NO_SUCH_TOKEN);
    expect(auditTrail(context)).toEqual([]);
    expect(context.changes).toEqual([]);
  });
});

test("processes that revoke one token at the same time all say the same, and one of them did it", async () => {
  using context = new TestStore();
  const { token } = await context.create();
  const beside = context.beside();
  const outcomes = await Promise.all(
    [context.tokens, beside, context.tokens].map((tokens) => tokens.revoke(token.id, COMMAND_LINE)),
  );
  const revoked = { token: { ...token, revokedAt: context.clock.now }, descendants: null };
  expect(outcomes).toMatchObject([revoked, revoked, revoked]);
  expect(outcomes.filter((outcome) => !outcomeOf(outcome).wasRevoked)).toHaveLength(1);
  expect(auditTrail(context)).toHaveLength(2);
});

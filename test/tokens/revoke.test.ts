import { expect, test } from "bun:test";
import { COMMAND_LINE } from "../../src/tokens/audit/audit-event.ts";
import { CALLER } from "../support/new-token.ts";
import { auditTrail, outcomeOf, TestStore } from "../support/store/store.ts";
import { useTestStore } from "../support/use-test-store.ts";

const context = useTestStore(TestStore.withCaller);

test("a revocation is at once, and its first moment stays however often it is asked for", async () => {
  const { clock, tokens } = context;
  const values = { access: "write", description: "CI", expiresAt: clock.now + 60 } as const;
  const { secret, token } = await context.create(values, CALLER);
  clock.step(10);
  const revoked = { ...token, revokedAt: clock.now };
  const revocation = { token: revoked, descendants: null };
  expect(await tokens.revoke(token.id, CALLER)).toEqual({ ...revocation, wasRevoked: false });
  expect(await tokens.authenticate(secret)).toEqual({ token: revoked, refusal: "revoked" });
  for (const seconds of [10, -1000]) {
    clock.step(seconds);
    expect(await tokens.revoke(token.id, CALLER)).toEqual({ ...revocation, wasRevoked: true });
    expect(await tokens.get(token.id)).toEqual(revoked);
  }
  expect(context.changes.map(({ action }) => action)).toEqual(["api-token.create", "api-token.revoke"]);
  expect(auditTrail(context)).toHaveLength(2);
});

test("processes that revoke one token at the same time all say the same, and one of them did it", async () => {
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

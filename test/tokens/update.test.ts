import { describe, expect, test } from "bun:test";
import { LAST_MOMENT } from "../../src/tokens/time.ts";
import type { UpdateRequest } from "../../src/tokens/token-fields.ts";
import { CALLER } from "../support/new-token.ts";
import { auditTrail, outcomeOf, TestStore } from "../support/store/store.ts";
import { useTestStore } from "../support/use-test-store.ts";

const context = useTestStore(TestStore.withCaller);

describe("an update", () => {
  test("changes the description and the expiry, and nothing else", async () => {
    const { clock, tokens } = context;
    const { secret, token } = await context.create({ audiences: ["wiki"], expiresAt: clock.now + 60 });
    const changed = { ...token, description: "CI", expiresAt: clock.now + 3600 };
    const request = { description: "CI", expiresAt: clock.now + 3600 };
    expect(await tokens.update(token.id, request, CALLER)).toEqual(changed);
    expect(await tokens.get(token.id)).toEqual(changed);
    clock.step(3599);
    expect(await tokens.authenticate(secret)).toEqual({ token: changed, refusal: null });
    clock.step(1);
    expect((await tokens.authenticate(secret)).refusal).toBe("expired");
  });

  test.each<[name: string, request: UpdateRequest, changes: object]>([
    ["the description alone", { description: "CI" }, { description: "CI" }],
    ["the description away", { description: null }, { description: null }],
    ["the expiry alone", { expiresAt: LAST_MOMENT }, { expires_at: LAST_MOMENT }],
    ["the expiry away", { expiresAt: null }, { expires_at: null }],
  ])("is recorded with its changes: %s", async (_, request, changes) => {
    const { token } = await context.create({ description: "a", expiresAt: context.clock.now + 60 });
    const updated = outcomeOf(await context.tokens.update(token.id, request, CALLER));
    expect(updated).toEqual({ ...token, ...request });
    const [, event] = context.changes;
    expect(event).toMatchObject({ action: "api-token.update", actor: CALLER, target: token.id });
    expect(event?.changes).toEqual(changes as never);
    expect(auditTrail(context).at(-1)).toMatchObject({ id: event?.id, changes: JSON.stringify(changes) });
  });

  test.each<[name: string, request: UpdateRequest]>([
    ["nothing", {}],
    ["the same description", { description: "a" }],
  ])("that asks for %s is accepted and recorded nowhere", async (_, request) => {
    const { token } = await context.create({ description: "a" });
    expect(await context.tokens.update(token.id, request, CALLER)).toEqual(token);
    expect(context.changes).toHaveLength(1);
    expect(auditTrail(context)).toHaveLength(1);
  });

  test("of a token that has ended is refused, and changes nothing", async () => {
    const { clock, tokens } = context;
    const { token: expired } = await context.create({ expiresAt: clock.now + 1 });
    const { token: revoked } = await context.create();
    const { token: ended } = outcomeOf(await tokens.revoke(revoked.id, CALLER));
    clock.step(1);
    for (const [token, status] of [
      [expired, "expired"],
      [ended, "revoked"],
    ] as const) {
      for (const request of [{ expiresAt: null }, { description: "CI" }, {}]) {
        expect(await tokens.update(token.id, request, CALLER)).toEqual({
          refused: "conflict",
          token,
          status,
        });
      }
      expect(await tokens.get(token.id)).toEqual(token);
    }
    expect(auditTrail(context)).toHaveLength(3);
  });

  test("is refused with everything that is wrong with it", async () => {
    const { token } = await context.create();
    const request = { description: "a\nb", expiresAt: context.clock.now };
    expect(await context.tokens.update(token.id, request, CALLER)).toMatchObject({
      refused: "invalid",
      issues: [{ path: "description" }, { path: "expires_at", message: "must be in the future" }],
    });
    expect(await context.tokens.get(token.id)).toEqual(token);
  });

  test("does not bring back a token that expires between", async () => {
    const { token, secret } = await context.create({ expiresAt: context.clock.now + 1 });
    const updating = context.tokens.update(token.id, { expiresAt: null }, CALLER);
    context.clock.step(1);
    const outcome = await updating;
    const isRefused = "refused" in outcome;
    expect((await context.tokens.authenticate(secret)).refusal).toBe(isRefused ? "expired" : null);
  });
});

import { describe, expect, test } from "bun:test";
import { COMMAND_LINE } from "../../../src/tokens/audit/audit-event.ts";
import { CALLER } from "../../support/new-token.ts";
import { auditTrail, outcomeOf, row, TestStore } from "../../support/store/store.ts";

/** Makes it impossible to record a change, as a failing disk would. */
function breakAudit(context: TestStore): void {
  context
    .connect()
    .run("CREATE TRIGGER full BEFORE INSERT ON audit_event BEGIN SELECT RAISE(ABORT, 'no record'); END");
}

describe("every change", () => {
  test("is recorded: who, what, when, from where, and the new values, never the secret", async () => {
    using context = TestStore.withCaller();
    const { clock } = context;
    const made = clock.now;
    const { secret, token } = await context.create({ description: "CI", expiresAt: made + 60 }, CALLER);
    clock.step(1);
    outcomeOf(await context.tokens.revoke(token.id, COMMAND_LINE));
    const id = expect.stringMatching(/^aevt_[0-9A-Za-z]{22}$/);
    const trail = auditTrail(context);
    expect(trail).toEqual([
      {
        id,
        at: made,
        action: "api-token.create",
        actor: "atok_0000000000000000caller",
        target: token.id,
        trace_id: "4bf92f3577b34da6a3ce929d0e0e4736",
        request_id: "9c1de5a4f0b2477d8a6e3b5c7f901234",
        ip: "192.0.2.1",
        changes: JSON.stringify({
          access: "read",
          audiences: null,
          description: "CI",
          expires_at: made + 60,
        }),
      },
      {
        id,
        at: made + 1,
        action: "api-token.revoke",
        actor: null,
        target: token.id,
        trace_id: null,
        request_id: null,
        ip: null,
        changes: JSON.stringify({ revoked_at: made + 1 }),
      },
    ]);
    expect(context.changes.map((event) => event.id)).toEqual(trail.map((event) => String(event.id)));
    expect(JSON.stringify([trail, context.changes])).not.toContain(secret.slice(8, 51));
  });

  test("has its place after the one before it, also within one millisecond and when the clock steps back", async () => {
    using context = new TestStore();
    for (let turn = 0; turn < 8; turn += 1) {
      const { token } = await context.create();
      outcomeOf(await context.tokens.revoke(token.id, COMMAND_LINE));
      if (turn % 4 === 3) context.clock.step(-60);
    }
    const ids = context.changes.map(({ id }) => id);
    expect(new Set(ids).size).toBe(16);
    expect(ids).toEqual([...ids].sort());
  });

  test("is told of once it is on disk", async () => {
    using context = new TestStore();
    const { token } = await context.create();
    const seen: unknown[] = [];
    const other = context.connect();
    const tokens = context.tokensOn(context.store, () => {
      seen.push(row(other, "SELECT revoked_at FROM token").revoked_at);
    });
    outcomeOf(await tokens.revoke(token.id, COMMAND_LINE));
    expect(seen).toEqual([context.clock.now]);
  });

  test("that cannot be recorded is not made: a token is not created", async () => {
    using context = new TestStore();
    breakAudit(context);
    await expect(context.create()).rejects.toThrow("no record");
    expect(context.store.isEmpty()).toBe(true);
    expect(context.changes).toEqual([]);
  });

  test("that cannot be recorded is not made: a token is not revoked", async () => {
    using context = new TestStore();
    const { secret, token } = await context.create();
    breakAudit(context);
    await expect(context.tokens.revoke(token.id, COMMAND_LINE)).rejects.toThrow("no record");
    expect((await context.tokens.authenticate(secret)).token).toEqual(token);
    expect(context.changes).toHaveLength(1);
  });
});

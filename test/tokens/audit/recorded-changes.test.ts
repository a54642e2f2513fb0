import { describe, expect, test } from "bun:test";
import { COMMAND_LINE } from "../../../src/tokens/audit/audit-event.ts";
import { CALLER, REQUEST } from "../../support/new-token.ts";
import { auditTrail, outcomeOf, row, TestStore } from "../../support/store/store.ts";
import { failAudit, useTestStore } from "../../support/use-test-store.ts";

const context = useTestStore(TestStore.withCaller);

describe("every change", () => {
  test("is recorded: who, what, when, from where, and the new values, never the secret", async () => {
    const { clock } = context;
    const made = clock.now;
    const { secret, token } = await context.create({ description: "CI", expiresAt: made + 60 }, CALLER);
    clock.step(1);
    outcomeOf(await context.tokens.revoke(token.id, COMMAND_LINE));
    const id = expect.stringMatching(/^aevt_[0-9A-Za-z]{22}$/);
    const created = { access: "read", audiences: null, description: "CI", expires_at: made + 60 };
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
        changes: JSON.stringify(created),
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

  test("is reported once it is on disk", async () => {
    const { token } = await context.create();
    const seen: unknown[] = [];
    const other = context.connect();
    const tokens = context.tokensOn(context.store, ({ target }) => {
      seen.push(row(other, `SELECT revoked_at FROM token WHERE id = '${target}'`).revoked_at);
    });
    outcomeOf(await tokens.revoke(token.id, COMMAND_LINE));
    expect(seen).toEqual([context.clock.now]);
  });

  const rotation = { overlapSeconds: 0, expiresAt: undefined };
  test.each<[action: string, change: (id: string) => Promise<unknown>]>([
    ["create", () => context.tokens.create(REQUEST, CALLER)],
    ["update", (id) => context.tokens.update(id, { description: "CI" }, CALLER)],
    ["rotate", (id) => context.tokens.rotate(id, rotation, CALLER)],
    ["revoke", (id) => context.tokens.revoke(id, CALLER)],
  ])("that cannot be recorded is not made: %s", async (action, change) => {
    const { token } = await context.create();
    failAudit(context, `NEW.action = 'api-token.${action}'`);
    await expect(change(token.id)).rejects.toThrow("no record");
    expect(await context.tokens.get(token.id)).toEqual(token);
    expect((await context.tokens.summary()).counts.active).toEqual({ read: 1, write: 1 });
    expect(context.changes).toHaveLength(1);
  });

  test.each<[name: string, change: (id: string) => Promise<unknown>]>([
    ["update", (id) => context.tokens.update(id, {}, CALLER)],
    ["rotate", (id) => context.tokens.rotate(id, rotation, CALLER)],
    ["replace", (id) => context.tokens.replace(id, "atok_0", rotation, CALLER)],
    ["revoke", (id) => context.tokens.revoke(id, CALLER)],
    ["get", (id) => context.tokens.get(id)],
  ])("of a token that is not there is refused and recorded nowhere: %s", async (_, change) => {
    expect(await change("atok_nobody")).toEqual({ refused: "not-found", resource: "api-token" });
    expect(auditTrail(context)).toEqual([]);
    expect(context.changes).toEqual([]);
  });
});

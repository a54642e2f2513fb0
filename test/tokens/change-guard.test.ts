import { describe, expect, test } from "bun:test";
import type { Actor } from "../../src/tokens/audit/audit-event.ts";
import { isRefusal } from "../../src/tokens/refusal.ts";
import type { Token } from "../../src/tokens/token.ts";
import { auditTrail, outcomeOf, TestStore } from "../support/store/store.ts";

const actorOf = ({ id }: Token): Actor => ({ tokenId: id, traceId: null, requestId: null, ip: null });
const REQUEST = { access: "read", audiences: null, description: null, expiresAt: null } as const;
const ROTATION = { overlapSeconds: 60, expiresAt: undefined };

/** Every change that a token can make to another token, or to itself. */
const CHANGES: readonly (readonly [
  name: string,
  change: (context: TestStore, id: string, actor: Actor) => Promise<object>,
])[] = [
  ["create", ({ tokens }, _, actor) => tokens.create(REQUEST, actor)],
  ["update", ({ tokens }, id, actor) => tokens.update(id, { description: "mine" }, actor)],
  ["rotate", ({ tokens }, id, actor) => tokens.rotate(id, ROTATION, actor)],
  ["revoke", ({ tokens }, id, actor) => tokens.revoke(id, actor)],
  ["revoke with descendants", ({ tokens }, id, actor) => tokens.revoke(id, actor, { withDescendants: true })],
  ["revoke dry", ({ tokens }, id, actor) => tokens.revoke(id, actor, { isDryRun: true })],
];

describe.each(CHANGES)("%s", (_, change) => {
  test("is refused where its actor was revoked since its request came in", async () => {
    using context = new TestStore();
    const actor = await context.create({ access: "write" });
    const other = await context.create();
    context.connect().run(`UPDATE token SET revoked_at = 1 WHERE id = '${actor.token.id}'`);
    const count = auditTrail(context).length;
    expect(await change(context, other.token.id, actorOf(actor.token))).toEqual({
      refused: "unauthenticated",
      reason: "revoked",
    });
    expect(auditTrail(context)).toHaveLength(count);
    expect(await context.tokens.get(other.token.id)).toEqual(other.token);
  });

  test("is refused where its actor is of no store", async () => {
    using context = new TestStore();
    const { token } = await context.create();
    const stranger: Actor = { tokenId: "atok_0", traceId: null, requestId: null, ip: null };
    expect(await change(context, token.id, stranger)).toEqual({
      refused: "unauthenticated",
      reason: "unknown",
    });
  });

  test("is made by a token that was replaced, on other tokens", async () => {
    using context = new TestStore();
    const old = await context.create({ access: "write" });
    outcomeOf(await context.tokens.rotate(old.token.id, ROTATION, actorOf(old.token)));
    const other = await context.create();
    expect(isRefusal(await change(context, other.token.id, actorOf(old.token)))).toBe(false);
  });
});

/** A dry run waits for nobody. */
const WAITING = CHANGES.filter(([name]) => name !== "revoke dry");

describe.each(WAITING)("%s, having waited,", (_, change) => {
  test("is refused where another process revoked its actor while the change waited for that", async () => {
    using context = new TestStore();
    const actor = await context.create({ access: "write" });
    const other = await context.create();
    const count = auditTrail(context).length;
    const process = context.connect();
    process.run("BEGIN IMMEDIATE");
    const changing = change(context, other.token.id, actorOf(actor.token));
    await Bun.sleep(1);
    process.run(`UPDATE token SET revoked_at = 1 WHERE id = '${actor.token.id}'`);
    process.run("COMMIT");
    expect(await changing).toEqual({ refused: "unauthenticated", reason: "revoked" });
    expect(auditTrail(context)).toHaveLength(count);
  });

  test("is refused where its actor expired while the change waited for another process", async () => {
    using context = new TestStore();
    const { clock } = context;
    const actor = await context.create({ access: "write", expiresAt: clock.now + 10 });
    const other = await context.create();
    const count = auditTrail(context).length;
    const process = context.connect();
    process.run("BEGIN IMMEDIATE");
    const changing = change(context, other.token.id, actorOf(actor.token));
    await Bun.sleep(1);
    clock.step(10);
    process.run("COMMIT");
    expect(await changing).toEqual({ refused: "unauthenticated", reason: "expired" });
    expect(auditTrail(context)).toHaveLength(count);
  });
});

describe("a token that was replaced", () => {
  /** A token, and the two that took its place one after the other. */
  async function succession(context: TestStore) {
    const first = await context.create({ access: "write" });
    const second = outcomeOf(await context.tokens.rotate(first.token.id, ROTATION, actorOf(first.token)));
    const { successor } = second;
    const third = outcomeOf(
      await context.tokens.rotate(successor.token.id, ROTATION, actorOf(successor.token)),
    );
    return [first.token, successor.token, third.successor.token] as const;
  }

  const FORBIDDEN = { refused: "forbidden", reason: "replaced" } as const;

  for (const [name, change] of CHANGES.filter(([each]) => each !== "create")) {
    test(`may not ${name} its successors, the nearest or a later one`, async () => {
      using context = new TestStore();
      const [first, second, third] = await succession(context);
      const count = auditTrail(context).length;
      for (const target of [second, third])
        expect(await change(context, target.id, actorOf(first))).toEqual(FORBIDDEN);
      expect(await change(context, third.id, actorOf(second))).toEqual(FORBIDDEN);
      expect(auditTrail(context)).toHaveLength(count);
    });
  }

  for (const name of ["update", "rotate", "revoke with descendants"]) {
    const [, change] = CHANGES.find(([each]) => each === name) ?? [];
    test(`may not ${name} itself`, async () => {
      using context = new TestStore();
      const [first] = await succession(context);
      const before = await context.tokens.get(first.id);
      expect(await change?.(context, first.id, actorOf(first))).toEqual(FORBIDDEN);
      expect(await context.tokens.get(first.id)).toEqual(before);
    });
  }

  test("may not revoke its successor as a descendant of another token", async () => {
    using context = new TestStore();
    const creator = await context.create({ access: "write" });
    const first = await context.create({ access: "write" }, actorOf(creator.token));
    outcomeOf(await context.tokens.rotate(first.token.id, ROTATION, actorOf(first.token)));
    const revoking = context.tokens.revoke(creator.token.id, actorOf(first.token), { withDescendants: true });
    expect(await revoking).toEqual(FORBIDDEN);
  });

  test("may not lengthen the life of the token whose place it took", async () => {
    using context = new TestStore();
    const [first, second, third] = await succession(context);
    const lasting = { expiresAt: null };
    expect(await context.tokens.update(first.id, lasting, actorOf(second))).toEqual(FORBIDDEN);
    outcomeOf(await context.tokens.update(first.id, lasting, actorOf(third)));
    outcomeOf(await context.tokens.revoke(first.id, actorOf(second)));
  });

  test("may revoke itself", async () => {
    using context = new TestStore();
    const [first, second] = await succession(context);
    expect(outcomeOf(await context.tokens.revoke(first.id, actorOf(first))).token.revokedAt).not.toBeNull();
    expect(outcomeOf(await context.tokens.revoke(second.id, actorOf(second))).descendants).toBeNull();
  });

  test("may be changed by others, its successor among them", async () => {
    using context = new TestStore();
    const [first, second, third] = await succession(context);
    const longer = { expiresAt: context.clock.now + 600 };
    for (const token of [first, second])
      expect(outcomeOf(await context.tokens.update(token.id, longer, actorOf(third)))).toMatchObject(longer);
    outcomeOf(await context.tokens.revoke(first.id, actorOf(third)));
  });
});

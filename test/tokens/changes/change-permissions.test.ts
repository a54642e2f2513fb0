import { describe, expect, test } from "bun:test";
import { isRefusal } from "../../../src/tokens/refusal.ts";
import { actorOf, REQUEST } from "../../support/new-token.ts";
import { auditTrail, outcomeOf } from "../../support/store/store.ts";
import { useTestStore } from "../../support/use-test-store.ts";

const context = useTestStore();

const ROTATION = { overlapSeconds: 60, expiresAt: undefined };
const FORBIDDEN = { refused: "forbidden", reason: "replaced" } as const;

/** Every change that a token can make to another token, or to itself. */
const CHANGES = {
  create: (_, actor) => context.tokens.create(REQUEST, actor),
  update: (id, actor) => context.tokens.update(id, { description: "mine" }, actor),
  rotate: (id, actor) => context.tokens.rotate(id, ROTATION, actor),
  revoke: (id, actor) => context.tokens.revoke(id, actor),
  "revoke with descendants": (id, actor) => context.tokens.revoke(id, actor, { withDescendants: true }),
  "revoke dry": (id, actor) => context.tokens.revoke(id, actor, { isDryRun: true }),
} satisfies Record<string, (id: string, actor: ReturnType<typeof actorOf>) => Promise<object>>;

describe.each(Object.entries(CHANGES))("%s", (name, change) => {
  test("is refused where its actor was revoked since its request came in", async () => {
    const actor = await context.create({ access: "write" });
    const other = await context.create();
    context.connect().run(`UPDATE token SET revoked_at = 1 WHERE id = '${actor.token.id}'`);
    const count = auditTrail(context).length;
    const refused = { refused: "unauthenticated", reason: "revoked" } as const;
    expect(await change(other.token.id, actorOf(actor.token.id))).toEqual(refused);
    expect(auditTrail(context)).toHaveLength(count);
    expect(await context.tokens.get(other.token.id)).toEqual(other.token);
  });

  test("is refused where its actor is of no store", async () => {
    const { token } = await context.create();
    const refused = { refused: "unauthenticated", reason: "unknown" } as const;
    expect(await change(token.id, actorOf("atok_0"))).toEqual(refused);
  });

  test("is made by a token that was replaced, on other tokens", async () => {
    const { token: old } = await context.create({ access: "write" });
    outcomeOf(await context.tokens.rotate(old.id, ROTATION, actorOf(old.id)));
    const other = await context.create();
    expect(isRefusal(await change(other.token.id, actorOf(old.id)))).toBe(false);
  });

  // A dry run waits for nobody.
  test.each(name === "revoke dry" ? [] : (["revoked", "expired"] as const))(
    "is refused where its actor is %s while the change waits for another process",
    async (reason) => {
      const { clock } = context;
      const actor = await context.create({ access: "write", expiresAt: clock.now + 10 });
      const other = await context.create();
      const count = auditTrail(context).length;
      const process = context.connect();
      process.run("BEGIN IMMEDIATE");
      const changing = change(other.token.id, actorOf(actor.token.id));
      await Bun.sleep(1);
      if (reason === "expired") clock.step(10);
      else process.run(`UPDATE token SET revoked_at = 1 WHERE id = '${actor.token.id}'`);
      process.run("COMMIT");
      expect(await changing).toEqual({ refused: "unauthenticated", reason });
      expect(auditTrail(context)).toHaveLength(count);
    },
  );
});

describe("a token that was replaced", () => {
  /** A token, and the two that took its place one after the other. */
  async function succession() {
    const { token: first } = await context.create({ access: "write" });
    const successorOf = async (id: string) =>
      outcomeOf(await context.tokens.rotate(id, ROTATION, actorOf(id))).successor.token;
    const second = await successorOf(first.id);
    return [first, second, await successorOf(second.id)] as const;
  }

  const { create: _, ...others } = CHANGES;
  test.each(Object.entries(others))(
    "may not %s its successors, the nearest or a later one",
    async (...row) => {
      const [, change] = row;
      const [first, second, third] = await succession();
      const count = auditTrail(context).length;
      for (const [target, actor] of [
        [second, first],
        [third, first],
        [third, second],
      ] as const)
        expect(await change(target.id, actorOf(actor.id))).toEqual(FORBIDDEN);
      expect(auditTrail(context)).toHaveLength(count);
    },
  );

  test.each(["update", "rotate", "revoke with descendants"] as const)("may not %s itself", async (name) => {
    const [first] = await succession();
    const before = await context.tokens.get(first.id);
    expect(await CHANGES[name](first.id, actorOf(first.id))).toEqual(FORBIDDEN);
    expect(await context.tokens.get(first.id)).toEqual(before);
  });

  test("may not revoke its successor as a descendant of another token", async () => {
    const creator = await context.create({ access: "write" });
    const { id } = (await context.create({ access: "write" }, actorOf(creator.token.id))).token;
    outcomeOf(await context.tokens.rotate(id, ROTATION, actorOf(id)));
    const revoking = context.tokens.revoke(creator.token.id, actorOf(id), { withDescendants: true });
    expect(await revoking).toEqual(FORBIDDEN);
  });

  test("may not lengthen the life of its predecessor", async () => {
    const [first, second, third] = await succession();
    const lasting = { expiresAt: null };
    expect(await context.tokens.update(first.id, lasting, actorOf(second.id))).toEqual(FORBIDDEN);
    outcomeOf(await context.tokens.update(first.id, lasting, actorOf(third.id)));
    outcomeOf(await context.tokens.rotate(third.id, ROTATION, actorOf(third.id)));
    expect(await context.tokens.update(first.id, lasting, actorOf(third.id))).toEqual(FORBIDDEN);
    outcomeOf(await context.tokens.revoke(first.id, actorOf(second.id)));
  });

  test("may revoke itself", async () => {
    const [first, second] = await succession();
    const revoke = async (id: string) => outcomeOf(await context.tokens.revoke(id, actorOf(id)));
    expect((await revoke(first.id)).token.revokedAt).not.toBeNull();
    expect((await revoke(second.id)).descendants).toBeNull();
  });

  test("may be changed by others, its successor among them", async () => {
    const [first, second, third] = await succession();
    const longer = { expiresAt: context.clock.now + 600 };
    for (const { id } of [first, second])
      expect(outcomeOf(await context.tokens.update(id, longer, actorOf(third.id)))).toMatchObject(longer);
    outcomeOf(await context.tokens.revoke(first.id, actorOf(third.id)));
  });
});

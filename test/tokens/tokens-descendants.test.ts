import { describe, expect, test } from "bun:test";
import { type Actor, COMMAND_LINE } from "../../src/tokens/audit/audit-event.ts";
import type { Token } from "../../src/tokens/token.ts";
import { auditTrail, outcomeOf, TestStore } from "../support/store/store.ts";

const actorOf = ({ id }: Token): Actor => ({ tokenId: id, traceId: null, requestId: null, ip: null });
const ALL = { withDescendants: true };

/**
 * A stolen token and all that came of it: a token that it created, one that this created, the successor of the first
 * of these, a token of another owner that it rotated, and one that had ended before.
 */
async function stolen(context: TestStore) {
  const { tokens, clock } = context;
  const admin = await context.create({ access: "write" });
  const thief = await context.create({ access: "write" }, actorOf(admin.token));
  const child = await context.create({ access: "write" }, actorOf(thief.token));
  const grandchild = await context.create({ audiences: ["wiki"] }, actorOf(child.token));
  const rotation = { overlapSeconds: 60, expiresAt: undefined };
  const heir = outcomeOf(await tokens.rotate(child.token.id, rotation, actorOf(admin.token))).successor;
  const victim = await context.create({ expiresAt: clock.now + 900 }, actorOf(admin.token));
  const taken = outcomeOf(await tokens.rotate(victim.token.id, rotation, actorOf(thief.token))).successor;
  const ended = await context.create({}, actorOf(thief.token));
  outcomeOf(await tokens.revoke(ended.token.id, actorOf(admin.token)));
  const bystander = await context.create({}, actorOf(admin.token));
  return { admin, thief, victim, bystander, ended, descendants: [child, grandchild, heir, taken] };
}

describe("a revocation with descendants", () => {
  test("revokes all that came of the token, in any depth, and nothing else", async () => {
    using context = new TestStore();
    const { admin, thief, victim, bystander, ended, descendants } = await stolen(context);
    const before = auditTrail(context).length;
    context.clock.step(1);
    const revoked = outcomeOf(await context.tokens.revoke(thief.token.id, actorOf(admin.token), ALL));
    expect(revoked.token).toEqual({ ...thief.token, revokedAt: context.clock.now });
    const ids = [...descendants, ended].map(({ token }) => token.id).toSorted();
    expect(revoked.descendants?.map(({ id }) => id)).toEqual(ids);
    for (const { secret } of [thief, ...descendants, ended])
      expect((await context.tokens.authenticate(secret)).refusal).toBe("revoked");
    for (const { secret } of [admin, victim, bystander])
      expect((await context.tokens.authenticate(secret)).refusal).toBeNull();
    const events = auditTrail(context).slice(before);
    expect(events.map(({ action }) => action)).toEqual(Array(5).fill("api-token.revoke"));
    expect(events.map(({ target }) => target)).toEqual([
      thief.token.id,
      ...descendants.map(({ token }) => token.id).toSorted(),
    ]);
    expect(new Set(events.map(({ actor }) => actor))).toEqual(new Set([admin.token.id]));
    expect(context.changes.slice(-5).map(({ target }) => target)).toEqual(
      events.map(({ target }) => String(target)),
    );
  });

  test("again finds nothing left to revoke", async () => {
    using context = new TestStore();
    const { thief } = await stolen(context);
    outcomeOf(await context.tokens.revoke(thief.token.id, COMMAND_LINE, ALL));
    const count = auditTrail(context).length;
    const again = outcomeOf(await context.tokens.revoke(thief.token.id, COMMAND_LINE, ALL));
    expect(again.descendants?.every(({ revokedAt }) => revokedAt !== null)).toBe(true);
    expect(auditTrail(context)).toHaveLength(count);
  });

  test("also revokes what came of a token that was revoked before", async () => {
    using context = new TestStore();
    const { thief, descendants } = await stolen(context);
    outcomeOf(await context.tokens.revoke(thief.token.id, COMMAND_LINE));
    outcomeOf(await context.tokens.revoke(thief.token.id, COMMAND_LINE, ALL));
    for (const { secret } of descendants)
      expect((await context.tokens.authenticate(secret)).refusal).toBe("revoked");
  });

  test("changes nothing as a dry run, and tells what it would be about", async () => {
    using context = new TestStore();
    const { thief, descendants } = await stolen(context);
    const count = auditTrail(context).length;
    const dry = outcomeOf(
      await context.tokens.revoke(thief.token.id, COMMAND_LINE, { ...ALL, isDryRun: true }),
    );
    expect(dry.token).toEqual(thief.token);
    expect(dry.descendants).toHaveLength(5);
    expect(auditTrail(context)).toHaveLength(count);
    for (const { secret } of [thief, ...descendants])
      expect((await context.tokens.authenticate(secret)).refusal).toBeNull();
  });

  test("does not wait for another process that writes, as a dry run", async () => {
    using context = new TestStore();
    const { thief } = await stolen(context);
    const process = context.connect();
    process.run("BEGIN IMMEDIATE");
    const dry = outcomeOf(
      await context.tokens.revoke(thief.token.id, COMMAND_LINE, { ...ALL, isDryRun: true }),
    );
    expect(dry.descendants).toHaveLength(5);
    process.run("COMMIT");
  });

  test("is one transaction: where an event cannot be written, every token stays as it was", async () => {
    using context = new TestStore();
    const { thief, descendants } = await stolen(context);
    context
      .connect()
      .run(
        `CREATE TRIGGER full BEFORE INSERT ON audit_event WHEN NEW.target = '${descendants.at(-1)?.token.id}' BEGIN SELECT RAISE(ABORT, 'no record'); END`,
      );
    await expect(context.tokens.revoke(thief.token.id, COMMAND_LINE, ALL)).rejects.toThrow("no record");
    for (const { secret } of [thief, ...descendants])
      expect((await context.tokens.authenticate(secret)).refusal).toBeNull();
  });

  test("of a token may be asked for by that token itself", async () => {
    using context = new TestStore();
    const { thief, descendants } = await stolen(context);
    outcomeOf(await context.tokens.revoke(thief.token.id, actorOf(thief.token), ALL));
    for (const { secret } of descendants)
      expect((await context.tokens.authenticate(secret)).refusal).toBe("revoked");
  });

  test("gives every event an id after the one before, in a store of many", async () => {
    using context = new TestStore();
    const creator = await context.create({ access: "write" });
    for (let count = 0; count < 300; count += 1) await context.create({}, actorOf(creator.token));
    outcomeOf(await context.tokens.revoke(creator.token.id, COMMAND_LINE, ALL));
    const ids = auditTrail(context).map(({ id }) => String(id));
    expect(ids).toHaveLength(602);
    expect(ids).toEqual(ids.toSorted());
  });
});

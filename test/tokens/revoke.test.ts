import { describe, expect, test } from "bun:test";
import { COMMAND_LINE } from "../../src/tokens/audit/audit-event.ts";
import type { CreatedToken } from "../../src/tokens/token-service.ts";
import { actorOf, CALLER } from "../support/new-token.ts";
import { auditTrail, outcomeOf, TestStore } from "../support/store/store.ts";
import { failAudit, useTestStore } from "../support/use-test-store.ts";

const context = useTestStore(TestStore.withCaller);

const ALL = { withDescendants: true };

/**
 * A stolen token and its descendants: a token that it created, one that this created, the successor of the first of
 * these, a token of another owner that it rotated, and one that had ended before.
 */
async function stolen() {
  const { tokens, clock } = context;
  const admin = await context.create({ access: "write" });
  const byAdmin = actorOf(admin.token.id);
  const thief = await context.create({ access: "write" }, byAdmin);
  const byThief = actorOf(thief.token.id);
  const child = await context.create({ access: "write" }, byThief);
  const grandchild = await context.create({ audiences: ["wiki"] }, actorOf(child.token.id));
  const rotation = { overlapSeconds: 60, expiresAt: undefined };
  const heir = outcomeOf(await tokens.rotate(child.token.id, rotation, byAdmin)).successor;
  const victim = await context.create({ expiresAt: clock.now + 900 }, byAdmin);
  const taken = outcomeOf(await tokens.rotate(victim.token.id, rotation, byThief)).successor;
  const ended = await context.create({}, byThief);
  outcomeOf(await tokens.revoke(ended.token.id, byAdmin));
  const bystander = await context.create({}, byAdmin);
  return { admin, byThief, thief, victim, bystander, ended, descendants: [child, grandchild, heir, taken] };
}

async function refusals(created: readonly CreatedToken[]): Promise<readonly (string | null)[]> {
  const found = created.map(async ({ secret }) => (await context.tokens.authenticate(secret)).refusal);
  return [...new Set(await Promise.all(found))];
}

describe("a revocation with descendants", () => {
  test("revokes all that came of the token, in any depth, and nothing else", async () => {
    const { admin, thief, victim, bystander, ended, descendants } = await stolen();
    const before = auditTrail(context).length;
    context.clock.step(1);
    const revoked = outcomeOf(await context.tokens.revoke(thief.token.id, actorOf(admin.token.id), ALL));
    expect(revoked.token).toEqual({ ...thief.token, revokedAt: context.clock.now });
    const ids = [...descendants, ended].map(({ token }) => token.id).toSorted();
    expect(revoked.descendants?.map(({ id }) => id)).toEqual(ids);
    expect(await refusals([thief, ...descendants, ended])).toEqual(["revoked"]);
    expect(await refusals([admin, victim, bystander])).toEqual([null]);
    const events = auditTrail(context).slice(before);
    const targets = [thief.token.id, ...descendants.map(({ token }) => token.id).toSorted()];
    expect(events).toMatchObject(
      targets.map((target) => ({ action: "api-token.revoke", target, actor: admin.token.id })),
    );
    expect(context.changes.slice(-5).map(({ target }) => target)).toEqual(targets);
  });

  test("again finds nothing left to revoke", async () => {
    const { thief } = await stolen();
    outcomeOf(await context.tokens.revoke(thief.token.id, COMMAND_LINE, ALL));
    const count = auditTrail(context).length;
    const again = outcomeOf(await context.tokens.revoke(thief.token.id, COMMAND_LINE, ALL));
    expect(again.descendants?.every(({ revokedAt }) => revokedAt !== null)).toBe(true);
    expect(auditTrail(context)).toHaveLength(count);
  });

  test.each(["after the token was revoked", "by that token itself"])("is possible %s", async (when) => {
    const { thief, byThief, descendants } = await stolen();
    const isByItself = when.startsWith("by");
    if (!isByItself) outcomeOf(await context.tokens.revoke(thief.token.id, COMMAND_LINE));
    outcomeOf(await context.tokens.revoke(thief.token.id, isByItself ? byThief : COMMAND_LINE, ALL));
    expect(await refusals(descendants)).toEqual(["revoked"]);
  });

  test("as a dry run returns the descendants, changes nothing, and waits for no other process", async () => {
    const { thief, descendants } = await stolen();
    const count = auditTrail(context).length;
    const process = context.connect();
    process.run("BEGIN IMMEDIATE");
    const dryRun = { ...ALL, isDryRun: true };
    const dry = outcomeOf(await context.tokens.revoke(thief.token.id, COMMAND_LINE, dryRun));
    process.run("COMMIT");
    expect(dry.token).toEqual(thief.token);
    expect(dry.descendants).toHaveLength(5);
    expect(auditTrail(context)).toHaveLength(count);
    expect(await refusals([thief, ...descendants])).toEqual([null]);
  });

  test("is one transaction: where an event cannot be written, every token stays as it was", async () => {
    const { thief, descendants } = await stolen();
    failAudit(context, `NEW.target = '${descendants.at(-1)?.token.id}'`);
    await expect(context.tokens.revoke(thief.token.id, COMMAND_LINE, ALL)).rejects.toThrow("no record");
    expect(await refusals([thief, ...descendants])).toEqual([null]);
  });
});

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

import { expect, test } from "bun:test";
import { COMMAND_LINE } from "../../src/tokens/audit/audit-event.ts";
import { outcomeOf, TestStore } from "../support/store/store.ts";

const REQUEST = { overlapSeconds: 0, expiresAt: undefined };

test("the two halves of a rotation make the same change as the whole", async () => {
  const kept = async (rotate: (context: TestStore, id: string) => Promise<void>) => {
    using context = new TestStore();
    const { token } = await context.create({ access: "write", expiresAt: context.clock.now + 100 });
    await rotate(context, token.id);
    return context.changes.map(({ action, target, changes }) => ({
      action,
      isOld: target === token.id,
      changes,
    }));
  };
  const whole = await kept(async ({ tokens }, id) => {
    outcomeOf(await tokens.rotate(id, REQUEST, COMMAND_LINE));
  });
  const halves = await kept(async ({ tokens }, id) => {
    const successor = outcomeOf(await tokens.createSuccessor(id, REQUEST, COMMAND_LINE));
    expect(await tokens.get(id)).toMatchObject({ replacedBy: null, revokedAt: null });
    outcomeOf(await tokens.replace(id, successor.token.id, REQUEST, COMMAND_LINE));
  });
  const shape = (events: typeof whole) =>
    events.map(({ action, isOld, changes }) => ({ action, isOld, keys: Object.keys(changes) }));
  expect(shape(halves)).toEqual(shape(whole));
  expect(whole).toHaveLength(3);
});

test("a successor that takes nobody's place leaves the old token as it was", async () => {
  using context = new TestStore();
  const { tokens } = context;
  const { token } = await context.create({ expiresAt: context.clock.now + 100 });
  const successor = outcomeOf(await tokens.createSuccessor(token.id, REQUEST, COMMAND_LINE));
  outcomeOf(await tokens.revoke(successor.token.id, COMMAND_LINE));
  expect(await tokens.get(token.id)).toEqual(token);
  outcomeOf(await tokens.rotate(token.id, REQUEST, COMMAND_LINE));
});

test("the second half is refused where the token has ended, was replaced or never was", async () => {
  using context = new TestStore();
  const { tokens, clock } = context;
  const replace = async (id: string) => await tokens.replace(id, "atok_0", REQUEST, COMMAND_LINE);
  const revoked = await context.create();
  outcomeOf(await tokens.revoke(revoked.token.id, COMMAND_LINE));
  expect(await replace(revoked.token.id)).toMatchObject({ refused: "conflict", status: "revoked" });
  const expired = await context.create({ expiresAt: clock.now + 1 });
  clock.step(1);
  expect(await replace(expired.token.id)).toMatchObject({ refused: "conflict", status: "expired" });
  const old = await context.create();
  outcomeOf(await tokens.rotate(old.token.id, { ...REQUEST, overlapSeconds: 10 }, COMMAND_LINE));
  expect(await replace(old.token.id)).toMatchObject({ refused: "conflict", status: "active" });
  expect(await replace("atok_0")).toMatchObject({ refused: "not-found" });
});

test("the first half is refused where the whole would be, and makes nothing", async () => {
  using context = new TestStore();
  const { tokens } = context;
  const { token } = await context.create();
  outcomeOf(await tokens.revoke(token.id, COMMAND_LINE));
  const before = context.changes.length;
  expect(await tokens.createSuccessor(token.id, REQUEST, COMMAND_LINE)).toMatchObject({
    refused: "conflict",
  });
  const tooLong = { ...REQUEST, overlapSeconds: -1 };
  expect(await tokens.createSuccessor(token.id, tooLong, COMMAND_LINE)).toMatchObject({ refused: "invalid" });
  expect(context.changes).toHaveLength(before);
});

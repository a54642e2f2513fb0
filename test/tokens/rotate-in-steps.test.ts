import { expect, test } from "bun:test";
import { COMMAND_LINE } from "../../src/tokens/audit/audit-event.ts";
import { outcomeOf } from "../support/store/store.ts";
import { useTestStore } from "../support/use-test-store.ts";

const context = useTestStore();

const REQUEST = { overlapSeconds: 0, expiresAt: undefined };

test("the two halves of a rotation make the same change as the whole", async () => {
  const { tokens, clock, changes } = context;
  const recorded = async (rotate: (id: string) => Promise<unknown>) => {
    const { token } = await context.create({ access: "write", expiresAt: clock.now + 100 });
    await rotate(token.id);
    return changes
      .splice(0)
      .map((event) => [event.action, event.target === token.id, Object.keys(event.changes)]);
  };
  const whole = await recorded(async (id) => outcomeOf(await tokens.rotate(id, REQUEST, COMMAND_LINE)));
  const halves = await recorded(async (id) => {
    const successor = outcomeOf(await tokens.createSuccessor(id, REQUEST, COMMAND_LINE));
    expect(await tokens.get(id)).toMatchObject({ replacedBy: null, revokedAt: null });
    outcomeOf(await tokens.replace(id, successor.token.id, REQUEST, COMMAND_LINE));
  });
  expect(halves).toEqual(whole);
  expect(whole).toHaveLength(3);
});

test("a successor that takes nobody's place leaves the old token as it was", async () => {
  const { tokens } = context;
  const { token } = await context.create({ expiresAt: context.clock.now + 100 });
  const successor = outcomeOf(await tokens.createSuccessor(token.id, REQUEST, COMMAND_LINE));
  outcomeOf(await tokens.revoke(successor.token.id, COMMAND_LINE));
  expect(await tokens.get(token.id)).toEqual(token);
  outcomeOf(await tokens.rotate(token.id, REQUEST, COMMAND_LINE));
});

test("the second half is refused where the token has ended or was replaced", async () => {
  const { tokens, clock } = context;
  const [revoked, old] = [await context.create(), await context.create()];
  const expired = await context.create({ expiresAt: clock.now + 1 });
  outcomeOf(await tokens.revoke(revoked.token.id, COMMAND_LINE));
  outcomeOf(await tokens.rotate(old.token.id, { ...REQUEST, overlapSeconds: 10 }, COMMAND_LINE));
  clock.step(1);
  for (const [{ token }, status] of [
    [revoked, "revoked"],
    [expired, "expired"],
    [old, "active"],
  ] as const)
    expect(await tokens.replace(token.id, "atok_0", REQUEST, COMMAND_LINE)).toMatchObject({
      refused: "conflict",
      status,
    });
});

test("the first half is refused where the whole is, and makes nothing", async () => {
  const { tokens, changes } = context;
  const { token } = await context.create();
  outcomeOf(await tokens.revoke(token.id, COMMAND_LINE));
  for (const [overlapSeconds, refused] of [
    [0, "conflict"],
    [-1, "invalid"],
  ] as const)
    expect(
      await tokens.createSuccessor(token.id, { ...REQUEST, overlapSeconds }, COMMAND_LINE),
    ).toMatchObject({ refused });
  expect(changes).toHaveLength(2);
});

import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { OVERLAP_MAX_SECONDS } from "../../src/tokens/limits.ts";
import { isSecret } from "../../src/tokens/secret/secret.ts";
import { CALLER } from "../support/new-token.ts";
import { auditTrail, outcomeOf, TestStore } from "../support/store/store.ts";
import { useTestStore } from "../support/use-test-store.ts";

const context = useTestStore(TestStore.withCaller);

const DAY = 86_400;

/** With an overlap of that many seconds, and the old token's lifetime. */
function after(overlapSeconds: number) {
  return { overlapSeconds, expiresAt: undefined };
}

test("a successor has the fields of the old token, with a secret and an id of its own", async () => {
  const { clock, tokens } = context;
  const values = { access: "write", audiences: ["wiki", "git"], description: "CI" } as const;
  const old = await context.create(values);
  clock.step(10);
  const { replaced, successor } = outcomeOf(await tokens.rotate(old.token.id, after(DAY), CALLER));
  expect(successor.token).toEqual({
    ...old.token,
    id: successor.token.id,
    hint: successor.secret.slice(-4),
    createdAt: clock.now,
    createdBy: "atok_0000000000000000caller",
  });
  expect(successor.token.id > old.token.id).toBe(true);
  expect(isSecret(successor.secret)).toBe(true);
  expect(replaced).toEqual({ ...old.token, replacedBy: successor.token.id, expiresAt: clock.now + DAY });
  expect(await tokens.get(old.token.id)).toEqual(replaced);
  expect((await tokens.authenticate(successor.secret)).token).toEqual(successor.token);
});

describe("the old token", () => {
  test("is revoked for good where there is no overlap, in the same transaction", async () => {
    const { clock, tokens } = context;
    const old = await context.create({ expiresAt: clock.now + 60 });
    context.store.firstToken.write(old.secret);
    const { replaced, successor } = outcomeOf(await tokens.rotate(old.token.id, after(0), CALLER));
    expect(replaced).toEqual({ ...old.token, replacedBy: successor.token.id, revokedAt: clock.now });
    expect((await tokens.authenticate(old.secret)).refusal).toBe("revoked");
    clock.step(-1000);
    expect((await tokens.authenticate(old.secret)).refusal).toBe("revoked");
    expect(existsSync(context.store.firstToken.path)).toBe(false);
  });

  test("is recorded with its successor, in two events of one transaction", async () => {
    const { clock, tokens } = context;
    const { token } = await context.create({ description: "CI" });
    const { successor } = outcomeOf(await tokens.rotate(token.id, after(60), CALLER));
    const [successorId, expiresAt] = [successor.token.id, clock.now + 60];
    const fields = { access: "read", audiences: null, description: "CI", expires_at: null };
    const changes = { replaced_by: successorId, expires_at: expiresAt };
    const expected = [
      { action: "api-token.create", target: successorId, changes: { ...fields, replaces: token.id } },
      { action: "api-token.rotate", target: token.id, changes },
    ];
    expect(context.changes.slice(1)).toMatchObject(expected);
    const trail = auditTrail(context).slice(1);
    expect(trail).toMatchObject(
      expected.map((event) => ({ ...event, changes: JSON.stringify(event.changes) })),
    );
    expect(trail.map(({ id }) => String(id)).toSorted()).toEqual(
      context.changes.slice(1).map(({ id }) => id),
    );
    expect(JSON.stringify(trail)).not.toContain(successor.secret.slice(8, 51));
  });
});

describe.each<[name: string, rotate: (id: string, overlapSeconds: number) => Promise<unknown>]>([
  ["a rotation", (id, overlap) => context.tokens.rotate(id, after(overlap), CALLER)],
  ["its first half", (id, overlap) => context.tokens.createSuccessor(id, after(overlap), CALLER)],
  ["its second half", (id, overlap) => context.tokens.replace(id, "atok_0", after(overlap), CALLER)],
])("%s is refused", (name, rotate) => {
  test("of a token that was replaced, is expired or is revoked, and makes nothing", async () => {
    const { clock, tokens } = context;
    const [one, two] = [await context.create(), await context.create()];
    const { token: expired } = await context.create({ expiresAt: clock.now + 5 });
    const { replaced } = outcomeOf(await tokens.rotate(one.token.id, after(60), CALLER));
    const { token: revoked } = outcomeOf(await tokens.revoke(two.token.id, CALLER));
    clock.step(5);
    const count = auditTrail(context).length;
    for (const [token, status] of [
      [replaced, "active"],
      [expired, "expired"],
      [revoked, "revoked"],
    ] as const) {
      expect(await rotate(token.id, 0)).toEqual({ refused: "conflict", token, status });
      expect(await tokens.get(token.id)).toEqual(token);
    }
    clock.step(55);
    const { replacedBy } = replaced;
    expect(await rotate(replaced.id, 0)).toMatchObject({ status: "expired", token: { replacedBy } });
    expect(auditTrail(context)).toHaveLength(count);
  });

  const overlaps = [-1, 0.5, OVERLAP_MAX_SECONDS + 1, Number.NaN, Number.POSITIVE_INFINITY];
  test.each(name === "its second half" ? [] : overlaps)("with an overlap of %p seconds", async (overlap) => {
    const { token } = await context.create();
    const issues = [{ path: "overlap_seconds" }];
    expect(await rotate(token.id, overlap)).toMatchObject({ refused: "invalid", issues });
    expect(await context.tokens.get(token.id)).toEqual(token);
  });
});

test("of many rotations of one token at the same time one is made, and the others name its successor", async () => {
  const { token } = await context.create();
  const beside = context.beside();
  const outcomes = await Promise.all(
    [context.tokens, beside, context.tokens, beside].map((tokens) =>
      tokens.rotate(token.id, after(60), CALLER),
    ),
  );
  const made = outcomes.flatMap((outcome) => ("refused" in outcome ? [] : [outcome.successor.token.id]));
  expect(made).toHaveLength(1);
  for (const outcome of outcomes) {
    const old = "refused" in outcome ? outcome : { token: outcome.replaced };
    expect(old).toMatchObject({ token: { replacedBy: made[0] } });
  }
});

test("the two halves of a rotation make the same change as the whole", async () => {
  const { tokens, clock, changes } = context;
  const recorded = async (rotate: (id: string) => Promise<unknown>) => {
    const { token } = await context.create({ access: "write", expiresAt: clock.now + 100 });
    await rotate(token.id);
    return changes
      .splice(0)
      .map((event) => [event.action, event.target === token.id, Object.keys(event.changes)]);
  };
  const whole = await recorded(async (id) => outcomeOf(await tokens.rotate(id, after(0), CALLER)));
  const halves = await recorded(async (id) => {
    const successor = outcomeOf(await tokens.createSuccessor(id, after(0), CALLER));
    expect(await tokens.get(id)).toMatchObject({
      replacedBy: null,
      revokedAt: null,
      expiresAt: clock.now + 100,
    });
    outcomeOf(await tokens.replace(id, successor.token.id, after(0), CALLER));
  });
  expect(halves).toEqual(whole);
  expect(whole).toHaveLength(3);
});

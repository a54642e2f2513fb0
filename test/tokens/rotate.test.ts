import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { OVERLAP_MAX_SECONDS } from "../../src/tokens/rotation-rules.ts";
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
  test("works beside its successor until the overlap ends, to the second, and is expired then", async () => {
    const { clock, tokens } = context;
    const old = await context.create();
    const { successor } = outcomeOf(await tokens.rotate(old.token.id, after(3600), CALLER));
    for (const step of [0, 3599]) {
      clock.step(step);
      expect((await tokens.authenticate(old.secret)).refusal).toBeNull();
      expect((await tokens.authenticate(successor.secret)).refusal).toBeNull();
    }
    clock.step(1);
    expect((await tokens.authenticate(old.secret)).refusal).toBe("expired");
    expect((await tokens.authenticate(successor.secret)).refusal).toBeNull();
  });

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
    const changes = {
      access: "read",
      audiences: null,
      description: "CI",
      expires_at: null,
      replaces: token.id,
    };
    const expected = [
      {
        action: "api-token.create",
        target: successor.token.id,
        changes,
      },
      {
        action: "api-token.rotate",
        target: token.id,
        changes: { replaced_by: successor.token.id, expires_at: clock.now + 60 },
      },
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

describe("a rotation is refused", () => {
  test("of a token that was replaced, is expired or is revoked, and makes nothing", async () => {
    const { clock, tokens } = context;
    const [one, two, three] = [
      await context.create(),
      await context.create({ expiresAt: clock.now + 5 }),
      await context.create(),
    ];
    const { replaced } = outcomeOf(await tokens.rotate(one.token.id, after(60), CALLER));
    const { token: revoked } = outcomeOf(await tokens.revoke(three.token.id, CALLER));
    clock.step(5);
    const count = auditTrail(context).length;
    for (const [token, status] of [
      [replaced, "active"],
      [two.token, "expired"],
      [revoked, "revoked"],
    ] as const) {
      expect(await tokens.rotate(token.id, after(0), CALLER)).toEqual({ refused: "conflict", token, status });
      expect(await tokens.get(token.id)).toEqual(token);
    }
    clock.step(55);
    expect(await tokens.rotate(replaced.id, after(0), CALLER)).toMatchObject({
      status: "expired",
      token: { replacedBy: replaced.replacedBy },
    });
    expect(auditTrail(context)).toHaveLength(count);
  });

  test.each([-1, 0.5, OVERLAP_MAX_SECONDS + 1, Number.NaN, Number.POSITIVE_INFINITY])(
    "with an overlap of %p seconds",
    async (overlapSeconds) => {
      const { token } = await context.create();
      expect(await context.tokens.rotate(token.id, after(overlapSeconds), CALLER)).toMatchObject({
        refused: "invalid",
        issues: [{ path: "overlap_seconds" }],
      });
      expect(await context.tokens.get(token.id)).toEqual(token);
    },
  );
});

test("of many rotations of one token at the same time one is outcomeOf, and the others name its successor", async () => {
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
    expect(await tokens.get(id)).toMatchObject({ replacedBy: null, revokedAt: null });
    outcomeOf(await tokens.replace(id, successor.token.id, after(0), CALLER));
  });
  expect(halves).toEqual(whole);
  expect(whole).toHaveLength(3);
});

test("a successor that takes nobody's place leaves the old token as it was", async () => {
  const { tokens } = context;
  const { token } = await context.create({ expiresAt: context.clock.now + 100 });
  const successor = outcomeOf(await tokens.createSuccessor(token.id, after(0), CALLER));
  outcomeOf(await tokens.revoke(successor.token.id, CALLER));
  expect(await tokens.get(token.id)).toEqual(token);
  outcomeOf(await tokens.rotate(token.id, after(0), CALLER));
});

test("the second half is refused where the token has ended or was replaced", async () => {
  const { tokens, clock } = context;
  const [revoked, old] = [await context.create(), await context.create()];
  const expired = await context.create({ expiresAt: clock.now + 1 });
  outcomeOf(await tokens.revoke(revoked.token.id, CALLER));
  outcomeOf(await tokens.rotate(old.token.id, after(10), CALLER));
  clock.step(1);
  for (const [{ token }, status] of [
    [revoked, "revoked"],
    [expired, "expired"],
    [old, "active"],
  ] as const)
    expect(await tokens.replace(token.id, "atok_0", after(0), CALLER)).toMatchObject({
      refused: "conflict",
      status,
    });
});

test("the first half is refused where the whole is, and makes nothing", async () => {
  const { tokens, changes } = context;
  const { token } = await context.create();
  outcomeOf(await tokens.revoke(token.id, CALLER));
  for (const [overlapSeconds, refused] of [
    [0, "conflict"],
    [-1, "invalid"],
  ] as const)
    expect(await tokens.createSuccessor(token.id, after(overlapSeconds), CALLER)).toMatchObject({ refused });
  expect(changes).toHaveLength(2);
});

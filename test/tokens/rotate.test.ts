import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { OVERLAP_MAX_SECONDS } from "../../src/tokens/rotation-rules.ts";
import { isSecret } from "../../src/tokens/secret/secret.ts";
import { LAST_MOMENT } from "../../src/tokens/time.ts";
import { CALLER } from "../support/new-token.ts";
import { auditTrail, outcomeOf, TestStore } from "../support/store/store.ts";
import { useTestStore } from "../support/use-test-store.ts";

const context = useTestStore(TestStore.withCaller);

const DAY = 86_400;

/** With an overlap of that many seconds, and the old token's lifetime. */
function after(overlapSeconds: number) {
  return { overlapSeconds, expiresAt: undefined };
}

describe("a successor", () => {
  test("is what the old token is, with a secret and an id of its own", async () => {
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

  test.each<[what: string, lifetime: number | null, asked: number | null | undefined, lives: number | null]>([
    ["as long as the old one was to, from now", 100, undefined, 100],
    ["for ever like the old one", null, undefined, null],
    ["as long as is asked", 100, 7, 7],
    ["for ever if that is asked", 100, null, null],
  ])("lives %s", async (_, lifetime, asked, lives) => {
    const { clock, tokens } = context;
    const { token } = await context.create({ expiresAt: lifetime && clock.now + lifetime });
    clock.step(40);
    const expiresAt = typeof asked === "number" ? clock.now + asked : asked;
    const { successor } = outcomeOf(await tokens.rotate(token.id, { overlapSeconds: 1, expiresAt }, CALLER));
    expect(successor.token.expiresAt).toBe(lives && clock.now + lives);
  });

  test("lives as long as the old one has left, where the clock was set back to before that was made", async () => {
    const { clock, tokens } = context;
    const { token } = await context.create({ expiresAt: clock.now + 2 * DAY });
    clock.step(-10 * DAY);
    outcomeOf(await tokens.update(token.id, { expiresAt: clock.now + DAY }, CALLER));
    const { successor } = outcomeOf(await tokens.rotate(token.id, after(0), CALLER));
    expect(successor.token.expiresAt).toBe(clock.now + DAY);
  });

  test("ends no later than time itself", async () => {
    const { token } = await context.create({ expiresAt: LAST_MOMENT });
    context.clock.step(40);
    const { successor } = outcomeOf(await context.tokens.rotate(token.id, after(1), CALLER));
    expect(successor.token.expiresAt).toBe(LAST_MOMENT);
  });
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

  test("never lives longer than it would have", async () => {
    const { clock, tokens } = context;
    const { token } = await context.create({ expiresAt: clock.now + 60 });
    const { replaced } = outcomeOf(await tokens.rotate(token.id, after(OVERLAP_MAX_SECONDS), CALLER));
    expect(replaced.expiresAt).toBe(clock.now + 60);
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

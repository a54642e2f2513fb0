import { describe, expect, test } from "bun:test";
import { COMMAND_LINE } from "../../src/tokens/audit/audit-event.ts";
import { makeSecret } from "../../src/tokens/secret/secret.ts";
import type { Access } from "../../src/tokens/token.ts";
import { denialReason, isFor, type Purpose } from "../../src/tokens/verification.ts";
import { tokenOf } from "../support/new-token.ts";
import { constantRandom } from "../support/random.ts";
import { outcomeOf } from "../support/store/store.ts";
import { reported } from "../support/store/usage.ts";
import { useTestStore } from "../support/use-test-store.ts";

const context = useTestStore();

const UNKNOWN = makeSecret(constantRandom(1));
const READ: Purpose = { access: "read", audience: null };
const WRITE: Purpose = { access: "write", audience: null };
const WIKI: Purpose = { access: "read", audience: "wiki" };
const WRITE_SHOP: Purpose = { access: "write", audience: "shop" };

async function reasonOf(secret: string, purpose = READ): Promise<string | null> {
  return (await context.tokens.verify(secret, purpose)).reason;
}

const TOKENS: readonly (readonly [name: string, access: Access, audiences: readonly string[] | null])[] = [
  ["own read", "read", null],
  ["own write", "write", null],
  ["wiki read", "read", ["wiki"]],
  ["wiki write", "write", ["wiki"]],
  ["wiki and shop read", "read", ["wiki", "shop"]],
];

/** Every purpose, and which tokens are good for it. */
const PURPOSES: readonly (readonly [purpose: Purpose, good: readonly string[]])[] = [
  [READ, ["own read", "own write"]],
  [WRITE, ["own write"]],
  [WIKI, ["wiki read", "wiki write", "wiki and shop read"]],
  [{ access: "write", audience: "wiki" }, ["wiki write"]],
  [{ access: "read", audience: "shop" }, ["wiki and shop read"]],
  [WRITE_SHOP, []],
  [{ access: "read", audience: "wik" }, []],
  [{ access: "read", audience: "own" }, []],
  [{ access: "read", audience: "" }, []],
];

test.each(PURPOSES)("for %j only %j are good, and each verification is one use", async (purpose, good) => {
  for (const [name, access, audiences] of TOKENS) {
    const { secret, token } = await context.create({ access, audiences });
    const reason = isFor(token, purpose.audience) ? "insufficient_access" : "wrong_audience";
    const isGood = good.includes(name);
    const verdict = await context.tokens.verify(secret, purpose);
    expect(verdict, name).toMatchObject({ token: { id: token.id }, reason: isGood ? null : reason });
    const { buckets } = await reported(context.usage, "day", [token.id]);
    const uses = isGood ? { accepted: 1, refused: 0 } : { accepted: 0, refused: 1 };
    expect(buckets, name).toMatchObject([uses]);
  }
});

test("of several reasons the first wins: revoked, expired, another service, the access", async () => {
  const { clock, tokens } = context;
  const make = () => context.create({ audiences: ["wiki"], expiresAt: clock.now + 10 });
  const [lasting, revoked] = [await make(), await make()];
  expect(await reasonOf(lasting.secret, WRITE_SHOP)).toBe("wrong_audience");
  expect(await reasonOf(lasting.secret, { ...WRITE_SHOP, audience: "wiki" })).toBe("insufficient_access");
  outcomeOf(await tokens.revoke(revoked.token.id, COMMAND_LINE));
  clock.step(10);
  expect(await reasonOf(lasting.secret, WRITE_SHOP)).toBe("expired");
  expect(await reasonOf(revoked.secret, WRITE_SHOP)).toBe("revoked");
  const uses = [lasting, revoked].map(({ token }) => reported(context.usage, "day", [token.id]));
  expect(await Promise.all(uses)).toMatchObject([3, 1].map((refused) => ({ buckets: [{ refused }] })));
});

test("malformed and unknown come without a token, and are counted nowhere", async () => {
  for (const [secret, reason] of [
    ["", "malformed"],
    ["sk_live_", "malformed"],
    [UNKNOWN, "unknown"],
  ] as const)
    expect(await context.tokens.verify(secret, WRITE_SHOP)).toEqual({ token: null, reason });
  expect(context.usage.unwritten).toBe(0);
});

test("to look at a token anew, or to do something to it, is no use of it", async () => {
  const { tokens, clock } = context;
  const { token, secret } = await context.create({ expiresAt: clock.now + 5 });
  await tokens.get(token.id);
  outcomeOf(await tokens.update(token.id, { description: "CI" }, COMMAND_LINE));
  await tokens.authenticate(secret, "uncounted");
  clock.step(5);
  await tokens.authenticate(secret, "uncounted");
  outcomeOf(await tokens.revoke(token.id, COMMAND_LINE));
  await tokens.authenticate(secret, "uncounted");
  expect(context.usage.unwritten).toBe(0);
});

test("the verdict has the token as it is now, not as it was", async () => {
  const { clock, tokens } = context;
  const { secret, token } = await context.create();
  const request = { overlapSeconds: 60, expiresAt: undefined };
  const rotation = outcomeOf(await tokens.rotate(token.id, request, COMMAND_LINE));
  const replaced = await tokens.verify(secret, READ);
  expect(replaced).toEqual({ token: rotation.replaced, reason: null });
  expect(replaced.token?.replacedBy).toBe(rotation.successor.token.id);
  clock.step(60);
  expect(await reasonOf(secret)).toBe("expired");
  expect(await reasonOf(rotation.successor.secret)).toBeNull();
});

describe("a token is for no service", () => {
  test.each(["length", "includes", "__proto__", "0"])("that is a name of every object: %s", (name) => {
    expect(isFor(tokenOf("atok_1", { audiences: ["wiki"] }), name)).toBe(false);
    expect(isFor(tokenOf("atok_1"), name)).toBe(false);
  });

  test("without a name, if it is for Publisher itself", () => {
    expect(denialReason(tokenOf("atok_1", { access: "write" }), { ...READ, audience: "" })).toBe(
      "wrong_audience",
    );
  });
});

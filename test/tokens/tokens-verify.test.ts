import { describe, expect, test } from "bun:test";
import { COMMAND_LINE } from "../../src/tokens/audit/audit-event.ts";
import { makeSecret } from "../../src/tokens/secret/secret.ts";
import type { Access } from "../../src/tokens/token.ts";
import { Tokens } from "../../src/tokens/tokens.ts";
import { denialReason, isFor, type Purpose, type UseOutcome } from "../../src/tokens/verification.ts";
import { tokenOf } from "../support/new-token.ts";
import { constantRandom } from "../support/random.ts";
import { outcomeOf, TestStore } from "../support/store/store.ts";

const UNKNOWN = makeSecret(constantRandom(1));
const READ: Purpose = { access: "read", audience: null };

/** Every purpose, and which tokens are good for it. */
const PURPOSES: readonly (readonly [purpose: Purpose, good: readonly string[]])[] = [
  [{ access: "read", audience: null }, ["own read", "own write"]],
  [{ access: "write", audience: null }, ["own write"]],
  [{ access: "read", audience: "wiki" }, ["wiki read", "wiki write", "wiki and shop read"]],
  [{ access: "write", audience: "wiki" }, ["wiki write"]],
  [{ access: "read", audience: "shop" }, ["wiki and shop read"]],
  [{ access: "write", audience: "shop" }, []],
  [{ access: "read", audience: "wik" }, []],
  [{ access: "read", audience: "own" }, []],
  [{ access: "read", audience: "" }, []],
];

const TOKENS: readonly (readonly [name: string, access: Access, audiences: readonly string[] | null])[] = [
  ["own read", "read", null],
  ["own write", "write", null],
  ["wiki read", "read", ["wiki"]],
  ["wiki write", "write", ["wiki"]],
  ["wiki and shop read", "read", ["wiki", "shop"]],
];

describe("a token is good for what it was made for, and nothing else:", () => {
  for (const [purpose, good] of PURPOSES) {
    test(JSON.stringify(purpose), async () => {
      using context = new TestStore();
      for (const [name, access, audiences] of TOKENS) {
        const { secret, token } = await context.create({ access, audiences });
        const verdict = await context.tokens.verify(secret, purpose);
        expect(verdict.token, name).toEqual(token);
        expect(verdict.reason === null, name).toBe(good.includes(name));
        const reason = isFor(token, purpose.audience) ? "insufficient_access" : "wrong_audience";
        if (!good.includes(name)) expect(verdict.reason, name).toBe(reason);
      }
    });
  }
});

describe("of several reasons the first wins:", () => {
  const wrong: Purpose = { access: "write", audience: "shop" };

  test("malformed and unknown come without a token", async () => {
    using context = new TestStore();
    expect(await context.tokens.verify("x", wrong)).toEqual({ token: null, reason: "malformed" });
    expect(await context.tokens.verify(UNKNOWN, wrong)).toEqual({ token: null, reason: "unknown" });
  });

  test("revoked, then expired, then another service, then the access", async () => {
    using context = new TestStore();
    const { clock, tokens } = context;
    const make = () => context.create({ audiences: ["wiki"], expiresAt: clock.now + 10 });
    const [lasting, revoked] = [await make(), await make()];
    const reasonOf = async (secret: string, purpose: Purpose) =>
      (await tokens.verify(secret, purpose)).reason;
    expect(await reasonOf(lasting.secret, wrong)).toBe("wrong_audience");
    expect(await reasonOf(lasting.secret, { ...wrong, audience: "wiki" })).toBe("insufficient_access");
    outcomeOf(await tokens.revoke(revoked.token.id, COMMAND_LINE));
    clock.step(10);
    expect(await reasonOf(lasting.secret, wrong)).toBe("expired");
    expect(await reasonOf(revoked.secret, wrong)).toBe("revoked");
  });
});

test("the verdict has the token as it is now, not as it was", async () => {
  using context = new TestStore();
  const { clock, tokens } = context;
  const { secret, token } = await context.create();
  const rotation = outcomeOf(
    await tokens.rotate(token.id, { overlapSeconds: 60, expiresAt: undefined }, COMMAND_LINE),
  );
  const replaced = await tokens.verify(secret, READ);
  expect(replaced).toEqual({ token: rotation.replaced, reason: null });
  expect(replaced.token?.replacedBy).toBe(rotation.successor.token.id);
  clock.step(60);
  expect((await tokens.verify(secret, READ)).reason).toBe("expired");
  expect((await tokens.verify(rotation.successor.secret, READ)).reason).toBeNull();
});

test("it goes by no memory: what another process changes holds from the next verification on", async () => {
  using context = new TestStore();
  const other = context.beside();
  const { secret, token } = await context.create();
  expect((await context.tokens.verify(secret, READ)).reason).toBeNull();
  outcomeOf(await other.revoke(token.id, COMMAND_LINE));
  expect((await context.tokens.verify(secret, READ)).reason).toBe("revoked");
});

test("each verification of a token is one use, and one of no token is none", async () => {
  using context = new TestStore();
  const uses: (readonly [string, UseOutcome])[] = [];
  const { store } = context;
  const tokens = new Tokens({
    store,
    clock: context.clock.read,
    random: constantRandom(2),
    cursorKey: store.cursorKey,
    onChange: () => undefined,
    onUse: ({ id }, outcome) => void uses.push([id, outcome]),
    onReuse: () => undefined,
  });
  const { secret, token } = await context.create({ expiresAt: context.clock.now + 1 });
  const verify = async (shown: string, purpose = READ) => {
    await tokens.verify(shown, purpose);
    return uses.splice(0);
  };
  expect(await verify(secret)).toEqual([[token.id, "accepted"]]);
  expect(await verify(secret, { access: "write", audience: null })).toEqual([[token.id, "refused"]]);
  expect(await verify(secret, { access: "read", audience: "wiki" })).toEqual([[token.id, "refused"]]);
  expect(await verify(UNKNOWN)).toEqual([]);
  expect(await verify("x")).toEqual([]);
  context.clock.step(1);
  expect(await verify(secret)).toEqual([[token.id, "refused"]]);
});

test("a name that every object has is no service", () => {
  for (const name of ["length", "includes", "__proto__", "0"]) {
    expect(isFor(tokenOf("atok_1", { audiences: ["wiki"] }), name)).toBe(false);
    expect(isFor(tokenOf("atok_1"), name)).toBe(false);
  }
});

test("a token for Publisher itself is for no service, though one had no name", async () => {
  using context = new TestStore();
  const { token } = await context.create({ access: "write" });
  expect(denialReason(token, { access: "read", audience: "" })).toBe("wrong_audience");
});

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { COMMAND_LINE } from "../../../src/tokens/audit/audit-event.ts";
import { makeSecret } from "../../../src/tokens/secret/secret.ts";
import type { Purpose } from "../../../src/tokens/verification.ts";
import { constantRandom } from "../../support/random.ts";
import { outcomeOf, TestStore } from "../../support/store/store.ts";
import { reported } from "../../support/store/usage.ts";

const READING: Purpose = { access: "read", audience: null };
const WRITING: Purpose = { access: "write", audience: null };
const WIKI: Purpose = { access: "read", audience: "wiki" };

/** What was counted of a token since the last time. */
async function counted(
  context: TestStore,
  id: string,
): Promise<readonly [accepted: number, refused: number]> {
  await context.usage.flush();
  const { buckets } = await reported(context.usage, "day", [id]);
  const { accepted = 0, refused = 0 } = buckets[0] ?? {};
  return [accepted, refused];
}

let context: TestStore;

beforeEach(() => {
  context = new TestStore();
});

afterEach(() => {
  context[Symbol.dispose]();
});

describe("to verify a secret is one use of its token:", () => {
  const SCENARIOS: readonly (readonly [
    name: string,
    audiences: readonly string[] | null,
    purpose: Purpose,
    counted: readonly [accepted: number, refused: number],
  ])[] = [
    ["accepted where it is good", null, READING, [1, 0]],
    ["refused where its access does not reach", null, WRITING, [0, 1]],
    ["refused where it is for other services", ["git"], WIKI, [0, 1]],
    ["refused where it is for a service and Publisher is meant", ["wiki"], READING, [0, 1]],
    ["accepted at its service", ["wiki", "git"], WIKI, [1, 0]],
  ];
  for (const [name, audiences, purpose, expected] of SCENARIOS) {
    test(name, async () => {
      const { token, secret } = await context.create({ audiences });
      await context.tokens.verify(secret, purpose);
      expect(await counted(context, token.id)).toEqual([...expected]);
    });
  }

  test("refused where it has expired, and where it was revoked", async () => {
    const expired = await context.create({ expiresAt: context.clock.now + 1 });
    const revoked = await context.create();
    outcomeOf(await context.tokens.revoke(revoked.token.id, COMMAND_LINE));
    context.clock.step(1);
    for (const { secret, token } of [expired, revoked]) {
      await context.tokens.verify(secret, READING);
      expect(await counted(context, token.id)).toEqual([0, 1]);
    }
  });
});

test("secrets that no token has are counted nowhere", async () => {
  for (const secret of ["", "sk_live_", makeSecret(constantRandom(1))])
    await context.tokens.verify(secret, READING);
  expect(context.usage.unwritten).toBe(0);
});

test("to look at a token anew, or to do something to it, is no use of it", async () => {
  const { token, secret } = await context.create({ expiresAt: context.clock.now + 5 });
  await context.tokens.get(token.id);
  outcomeOf(await context.tokens.update(token.id, { description: "CI" }, COMMAND_LINE));
  await context.tokens.authenticate(secret, "uncounted");
  context.clock.step(5);
  await context.tokens.authenticate(secret, "uncounted");
  outcomeOf(await context.tokens.revoke(token.id, COMMAND_LINE));
  await context.tokens.authenticate(secret, "uncounted");
  expect(context.usage.unwritten).toBe(0);
});

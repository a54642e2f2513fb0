import { expect, spyOn, test } from "bun:test";
import { COMMAND_LINE } from "../../src/tokens/audit/audit-event.ts";
import { makeSecret } from "../../src/tokens/secret/secret.ts";
import type { Purpose, Verdict } from "../../src/tokens/verification.ts";
import { constantRandom } from "../support/random.ts";
import { outcomeOf } from "../support/store/store.ts";
import { useTestStore } from "../support/use-test-store.ts";

const context = useTestStore();

const READ: Purpose = { access: "read", audience: null };
const UNKNOWN = makeSecret(constantRandom(1));

async function refusalOf(secret: string): Promise<string | null> {
  return (await context.tokens.authenticate(secret)).refusal;
}

test.each([
  ["nothing", ""],
  ["a word", "password"],
  ["the prefix", "sk_live_"],
  ["a secret of another service", UNKNOWN.replace("sk_live_", "sk_test_")],
  ["a wrong checksum", `${UNKNOWN.slice(0, -1)}${UNKNOWN.endsWith("0") ? "1" : "0"}`],
  ["a mistyped character", UNKNOWN.replace(/^(sk_live_.{9})./, "$1z")],
  ["a space behind", `${UNKNOWN} `],
  ["a megabyte", "x".repeat(1_000_000)],
])("a text that is no secret is refused without a look at the store: %s", async (_, text) => {
  using lookUp = spyOn(context.store, "findByDigest");
  using lookUpAll = spyOn(context.store, "findByDigests");
  expect(await context.tokens.authenticate(text)).toEqual({ token: null, refusal: "malformed" });
  const malformed = { token: null, reason: "malformed" } as const;
  expect(await context.tokens.verifyAll([text, text], READ)).toEqual([malformed, malformed]);
  expect(lookUp).not.toHaveBeenCalled();
  expect(lookUpAll).not.toHaveBeenCalled();
});

test("active, unknown, expired and revoked each cost one look at the store, every time, and together one", async () => {
  const active = await context.create();
  const expired = await context.create({ expiresAt: context.clock.now + 1 });
  const revoked = await context.create();
  outcomeOf(await context.tokens.revoke(revoked.token.id, COMMAND_LINE));
  context.clock.step(1);
  using lookUp = spyOn(context.store, "findByDigest");
  for (const [secret, refusal] of [
    [active.secret, null],
    [UNKNOWN, "unknown"],
    [expired.secret, "expired"],
    [revoked.secret, "revoked"],
    [active.secret, null],
  ] as const) {
    lookUp.mockClear();
    expect(await refusalOf(secret)).toBe(refusal);
    expect(lookUp).toHaveBeenCalledTimes(1);
  }
  lookUp.mockClear();
  using lookUpAll = spyOn(context.store, "findByDigests");
  const secrets = [active.secret, "x", UNKNOWN, expired.secret, revoked.secret, active.secret];
  const reasons: Verdict["reason"][] = [null, "malformed", "unknown", "expired", "revoked", null];
  for (let time = 1; time <= 2; time += 1) {
    const verdicts = await context.tokens.verifyAll(secrets, READ);
    expect(verdicts.map(({ reason }) => reason)).toEqual(reasons);
    expect(lookUpAll).toHaveBeenCalledTimes(time);
  }
  expect(lookUpAll.mock.calls[0]?.[0]).toHaveLength(secrets.length - 1);
  expect(lookUp).not.toHaveBeenCalled();
});

test("a token of another secret that a store returns is refused", async () => {
  const { secret } = await context.create();
  const found = context.store.findByDigest(new Bun.CryptoHasher("sha256").update(secret).digest());
  using _ = spyOn(context.store, "findByDigest").mockReturnValue(found);
  expect(await refusalOf(secret)).toBeNull();
  expect(await context.tokens.authenticate(UNKNOWN)).toEqual({ token: null, refusal: "unknown" });
  using __ = spyOn(context.store, "findByDigests").mockReturnValue([null, found]);
  const verdicts = await context.tokens.verifyAll([secret, UNKNOWN, secret], READ);
  expect(verdicts.map(({ reason }) => reason)).toEqual(["unknown", "unknown", "unknown"]);
});

import { describe, expect, test } from "bun:test";
import { COMMAND_LINE } from "../../src/tokens/audit/audit-event.ts";
import { makeSecret } from "../../src/tokens/secret/secret.ts";
import type { StoredSecret, TokenStore } from "../../src/tokens/token-store.ts";
import { constantRandom } from "../support/random.ts";
import { outcomeOf, TestStore } from "../support/store/store.ts";

const UNKNOWN = makeSecret(constantRandom(1));

/** A store that counts how often a secret is looked up in it. */
class CountedStore implements TokenStore {
  lookUps = 0;
  readonly #store: TokenStore;
  readonly change: TokenStore["change"];
  readonly list: TokenStore["list"];
  readonly findById: TokenStore["findById"];
  readonly isEmpty: TokenStore["isEmpty"];
  readonly summary: TokenStore["summary"];

  constructor(store: TokenStore) {
    this.#store = store;
    this.change = store.change.bind(store);
    this.list = store.list.bind(store);
    this.findById = store.findById.bind(store);
    this.isEmpty = store.isEmpty.bind(store);
    this.summary = store.summary.bind(store);
  }

  async findByDigest(digest: Uint8Array): Promise<StoredSecret | null> {
    this.lookUps += 1;
    return await this.#store.findByDigest(digest);
  }
}

describe("a secret that is none", () => {
  test.each([
    ["nothing", ""],
    ["a word", "password"],
    ["the prefix", "sk_live_"],
    ["a secret of another service", UNKNOWN.replace("sk_live_", "sk_test_")],
    ["a wrong checksum", `${UNKNOWN.slice(0, -1)}${UNKNOWN.endsWith("0") ? "1" : "0"}`],
    ["a mistyped character", UNKNOWN.replace(/^(sk_live_.{9})./, "$1z")],
    ["a space behind", `${UNKNOWN} `],
    ["a megabyte", "x".repeat(1_000_000)],
  ])("is refused without a look at the store: %s", async (_, text) => {
    using context = new TestStore();
    const store = new CountedStore(context.store);
    expect(await context.tokensOn(store).authenticate(text)).toEqual({ token: null, refusal: "malformed" });
    expect(store.lookUps).toBe(0);
  });
});

test("active, unknown, expired and revoked each cost one look at the store, every time", async () => {
  using context = new TestStore();
  const store = new CountedStore(context.store);
  const tokens = context.tokensOn(store);
  const active = await context.create();
  const expired = await context.create({ expiresAt: context.clock.now + 1 });
  const revoked = await context.create();
  outcomeOf(await context.tokens.revoke(revoked.token.id, COMMAND_LINE));
  context.clock.step(1);
  const outcomes = [];
  for (const secret of [active.secret, UNKNOWN, expired.secret, revoked.secret, active.secret]) {
    const before = store.lookUps;
    outcomes.push((await tokens.authenticate(secret)).refusal);
    expect(store.lookUps).toBe(before + 1);
  }
  expect(outcomes).toEqual([null, "unknown", "expired", "revoked", null]);
});

test("a token is only for the secret that it was made with, whatever a store gives", async () => {
  using context = new TestStore();
  const { secret } = await context.create();
  const confused = new CountedStore(context.store);
  const found = await context.store.findByDigest(new Bun.CryptoHasher("sha256").update(secret).digest());
  confused.findByDigest = () => Promise.resolve(found);
  const tokens = context.tokensOn(confused);
  expect((await tokens.authenticate(secret)).refusal).toBeNull();
  expect(await tokens.authenticate(UNKNOWN)).toEqual({ token: null, refusal: "unknown" });
});

describe("expiry", () => {
  test("holds to the second, by the clock", async () => {
    using context = new TestStore();
    const { clock, tokens } = context;
    const expiresAt = clock.now + 100;
    const { secret, token } = await context.create({ expiresAt });
    const at = async (second: number, ms = 0) => {
      clock.set(second, ms);
      return (await tokens.authenticate(secret)).refusal;
    };
    expect(await at(expiresAt - 1)).toBeNull();
    expect(await at(expiresAt - 1, 999)).toBeNull();
    expect(await at(expiresAt)).toBe("expired");
    expect(await at(expiresAt, 1)).toBe("expired");
    expect(await at(expiresAt + 1)).toBe("expired");
    expect(await tokens.get(token.id)).toEqual(token);
  });

  test("follows a clock that jumps ahead, and one that steps back", async () => {
    using context = new TestStore();
    const { clock, tokens } = context;
    const expiring = await context.create({ expiresAt: clock.now + 60 });
    const revoked = await context.create({ expiresAt: clock.now + 60 });
    const lasting = await context.create();
    outcomeOf(await tokens.revoke(revoked.token.id, COMMAND_LINE));
    const refusals = () =>
      Promise.all(
        [expiring, revoked, lasting].map(async ({ secret }) => (await tokens.authenticate(secret)).refusal),
      );
    expect(await refusals()).toEqual([null, "revoked", null]);
    clock.step(86_400 * 365);
    expect(await refusals()).toEqual(["expired", "revoked", null]);
    clock.step(-86_400 * 365);
    expect(await refusals()).toEqual([null, "revoked", null]);
    clock.step(-86_400 * 365);
    expect(await refusals()).toEqual([null, "revoked", null]);
    context.reopen();
    expect((await context.tokens.authenticate(revoked.secret)).refusal).toBe("revoked");
  });
});

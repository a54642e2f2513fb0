import { expect, test } from "bun:test";
import { revokeUnused } from "../../../src/cli/token/print-secret-or-revoke.ts";
import { StoreUnavailable } from "../../../src/tokens/token-store.ts";
import { TestStore } from "../../support/store/store.ts";

test("a token of no use to anybody is revoked", async () => {
  using context = new TestStore();
  const { token } = await context.create();
  expect(await revokeUnused(context.tokens, token.id)).toBe("That token was revoked at once.");
  expect(await context.tokens.get(token.id)).toMatchObject({ revokedAt: context.clock.now });
});

test("what to run is said where it cannot be revoked now", async () => {
  using context = new TestStore();
  const full = {
    ...context.store,
    change: () => {
      throw new StoreUnavailable("the store cannot be used now", {
        cause: new Error("database or disk is full"),
      });
    },
  };
  const tokens = context.tokensOn(full as never);
  expect(await revokeUnused(tokens, "atok_1")).toBe(
    'That token may still be active, since revoking it failed: database or disk is full. Run "publisher token revoke atok_1".',
  );
});

import { beforeEach, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { digestOf, makeSecret } from "../../../src/tokens/secret/secret.ts";
import { A_MOMENT, newToken } from "../../support/new-token.ts";
import { repeatableRandom } from "../../support/random.ts";
import { useStore } from "../../support/store/use.ts";

const FIRST = "atok_1";
const random = repeatableRandom();
const context = useStore();
const isThere = () => existsSync(context.directory.firstToken);

beforeEach(async () => {
  const secret = makeSecret(random);
  context.store.firstToken.write(secret);
  await context.add({ ...newToken(FIRST), digest: digestOf(secret) });
});

test.each([
  ["goes with its revocation", FIRST, { revokedAt: A_MOMENT }, false],
  ["goes with its replacement", FIRST, { replacedBy: "atok_2" }, false],
  ["stays through any other change of it", FIRST, { description: "renamed" }, true],
  ["stays through the revocation of another one", "atok_2", { revokedAt: A_MOMENT }, true],
] as const)("the first token's file %s", async (_, id, change, stays) => {
  await context.add(newToken("atok_2"));
  await context.overwrite(id, (token) => ({ ...token, ...change }));
  expect(isThere()).toBe(stays);
});

test("the first token's file is tidied away at a start where it opens nothing any more", () => {
  context.store.tidyFirstToken();
  expect(isThere()).toBe(true);
  context.connect().run(`UPDATE token SET revoked_at = ${A_MOMENT}`);
  context.store.tidyFirstToken();
  expect(isThere()).toBe(false);
  context.store.tidyFirstToken();
});

test("the first token's file is tidied away where no token has that secret", () => {
  context.hold([]);
  context.store.tidyFirstToken();
  expect(isThere()).toBe(false);
});

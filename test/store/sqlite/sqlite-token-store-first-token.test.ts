import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { digestOf, makeSecret } from "../../../src/tokens/secret/secret.ts";
import { A_MOMENT, newToken } from "../../support/new-token.ts";
import { repeatableRandom } from "../../support/random.ts";
import { TestStore } from "../../support/store/store.ts";

const FIRST = "atok_1";
const random = repeatableRandom();

async function withFile(): Promise<TestStore> {
  const context = new TestStore();
  const secret = makeSecret(random);
  context.store.firstToken.write(secret);
  await context.add({ ...newToken(FIRST), digest: digestOf(secret) });
  return context;
}

const fileIsThere = (context: TestStore) => existsSync(context.directory.firstToken);

const revoke = (context: TestStore, id: string) =>
  context.overwrite(id, (token) => ({ ...token, revokedAt: A_MOMENT }));

test("the first token's file goes with the revocation of that token and of no other", async () => {
  using context = await withFile();
  await context.add(newToken("atok_2"));
  await revoke(context, "atok_2");
  expect(fileIsThere(context)).toBe(true);
  await revoke(context, FIRST);
  expect(fileIsThere(context)).toBe(false);
});

test("the first token's file stays through any other change of that token", async () => {
  using context = await withFile();
  await context.overwrite(FIRST, (token) => ({ ...token, description: "renamed" }));
  expect(fileIsThere(context)).toBe(true);
});

test("the first token's file is tidied away at a start where it opens nothing any more", async () => {
  using context = await withFile();
  context.store.tidyFirstToken();
  expect(fileIsThere(context)).toBe(true);
  context.connect().run(`UPDATE token SET revoked_at = ${A_MOMENT}`);
  context.store.tidyFirstToken();
  expect(fileIsThere(context)).toBe(false);
  context.store.tidyFirstToken();
});

test("the first token's file is tidied away where no token has that secret", () => {
  using context = new TestStore();
  context.store.firstToken.write(makeSecret(random));
  context.store.tidyFirstToken();
  expect(fileIsThere(context)).toBe(false);
});

import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { provideFirstToken, refuseInvalidFirstToken } from "../../src/server/first-token.ts";
import { givenFirstToken } from "../../src/settings/first-token-setting.ts";
import { UsageError } from "../../src/settings/usage-error.ts";
import { COMMAND_LINE } from "../../src/tokens/audit/audit-event.ts";
import { makeSecret } from "../../src/tokens/secret/secret.ts";
import { REQUEST } from "../support/new-token.ts";
import { constantRandom } from "../support/random.ts";
import { EVERYTHING, outcomeOf } from "../support/store/store.ts";
import { failAudit, useTestStore } from "../support/use-test-store.ts";

const context = useTestStore();

/** As `docs/secret-scanners.md` has it. */
const ZEROS = makeSecret(constantRandom(0));
const RANDOM = makeSecret((bytes) => crypto.getRandomValues(new Uint8Array(bytes)));

async function provide(environment: Readonly<Record<string, string>>) {
  const { tokens, store } = context;
  return await provideFirstToken({ tokens, store, given: givenFirstToken(environment) });
}

test("a new store gets a write token in a file, a given token has none, and neither is made again", async () => {
  const { path } = context.store.firstToken;
  const inFile = { source: "file", path, warning: null } as const;
  expect(await provide({})).toEqual(inFile);
  expect(await provide({})).toEqual(inFile);
  const { rows } = outcomeOf(await context.tokens.list(EVERYTHING));
  expect(rows).toMatchObject([{ access: "write", description: "First token", createdBy: null }]);
});

test("a given token becomes the first write token, without a file", async () => {
  const given = { source: "given", variable: "PUBLISHER_FIRST_TOKEN", warning: null } as const;
  for (let start = 0; start < 2; start += 1)
    expect(await provide({ PUBLISHER_FIRST_TOKEN: RANDOM })).toEqual(given);
  expect((await context.tokens.authenticate(RANDOM)).token?.access).toBe("write");
  expect(existsSync(context.store.firstToken.path)).toBe(false);
  expect(outcomeOf(await context.tokens.list(EVERYTHING)).rows).toHaveLength(1);
});

test("a first token that cannot be stored leaves no file", async () => {
  failAudit(context);
  await expect(provide({})).rejects.toThrow();
  expect(existsSync(context.store.firstToken.path)).toBe(false);
});

const UNFIT: readonly (readonly [name: string, env: Record<string, string>, sentence: RegExp])[] = [
  ["malformed", { PUBLISHER_FIRST_TOKEN: "sk_live_guess" }, /PUBLISHER_FIRST_TOKEN does not hold/],
  ["in a malformed file", { PUBLISHER_FIRST_TOKEN_FILE: "/dev/null" }, /_FILE does not hold/],
  ["in no file", { PUBLISHER_FIRST_TOKEN_FILE: "/gone" }, /names a file that cannot be read: .*gone/],
  ["an example", { PUBLISHER_FIRST_TOKEN: ZEROS }, /can be guessed.*"publisher token generate" makes/],
  ["given twice", { PUBLISHER_FIRST_TOKEN: "a", PUBLISHER_FIRST_TOKEN_FILE: "b" }, /both set; set one/],
];

test.each(UNFIT)("a token that is %s cannot be the first of a new store", async (_, env, sentence) => {
  await expect(provide(env)).rejects.toThrow(sentence);
  expect(() => refuseInvalidFirstToken(givenFirstToken(env))).toThrow(UsageError);
  expect(context.store.isEmpty()).toBe(true);
});

describe("in a store in use a given token", () => {
  const UNUSED = / is not an active token of this store; it changes nothing, as the store is in use$/;

  test.each([
    ["of no token", () => Promise.resolve(RANDOM)],
    ["that is malformed", () => Promise.resolve("sk_live_mistyped")],
    [
      "that is revoked",
      async () => {
        const { secret, token } = await context.create();
        outcomeOf(await context.tokens.revoke(token.id, COMMAND_LINE));
        return secret;
      },
    ],
  ])("%s changes nothing, with a warning", async (_, secretOf) => {
    await context.create();
    const first = await provide({ PUBLISHER_FIRST_TOKEN: await secretOf() });
    expect(first).toEqual({ source: "in-use", warning: expect.stringMatching(UNUSED) });
    expect(outcomeOf(await context.tokens.list(EVERYTHING)).rows).toHaveLength(1);
    expect(context.usage.unwritten).toBe(0);
  });

  test.each(UNFIT.slice(2).filter(([name]) => name !== "an example"))("%s is a warning", async (...row) => {
    const [, env, sentence] = row;
    await context.create();
    const { warning } = await provide(env);
    expect(warning).toMatch(sentence);
    expect(warning).toEndWith("; it changes nothing, as the store is in use");
  });

  test("that can be guessed is to be replaced", async () => {
    const { token } = outcomeOf(await context.tokens.create(REQUEST, COMMAND_LINE, ZEROS));
    expect((await provide({ PUBLISHER_FIRST_TOKEN: ZEROS })).warning).toBe(
      `The token in PUBLISHER_FIRST_TOKEN can be guessed; replace it now, with "publisher token rotate ${token.id} --overlap 0"`,
    );
  });
});

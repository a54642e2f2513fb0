import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { COMMAND_LINE } from "../../src/tokens/audit/audit-event.ts";
import { digestOf, isSecret, makeSecret } from "../../src/tokens/secret/secret.ts";
import { LAST_MOMENT } from "../../src/tokens/time.ts";
import { CALLER, REQUEST } from "../support/new-token.ts";
import { outcomeOf, TestStore } from "../support/store/store.ts";
import { useTestStore } from "../support/use-test-store.ts";

const context = useTestStore();

describe("a token that is created", () => {
  test("has the requested fields, and its secret is accepted", async () => {
    using context = TestStore.withCaller();
    const { clock, tokens } = context;
    const expiresAt = clock.now + 60;
    const created = await context.create({ access: "write", description: "né 😀", expiresAt }, CALLER);
    expect(isSecret(created.secret)).toBe(true);
    expect(created.token).toEqual({
      id: expect.stringMatching(/^atok_[0-9A-Za-z]{22}$/),
      access: "write",
      audiences: null,
      description: "né 😀",
      hint: created.secret.slice(-4),
      createdAt: clock.now,
      createdBy: "atok_0000000000000000caller",
      expiresAt,
      revokedAt: null,
      lastUsedAt: null,
      replacedBy: null,
      verifies: false,
      reusedAt: null,
      reusedFrom: null,
    });
    expect(await tokens.authenticate(created.secret)).toEqual({ token: created.token, refusal: null });
    expect(await tokens.get(created.token.id)).toEqual(created.token);
  });

  test("may have a secret that the operator brings", async () => {
    const secret = makeSecret(() => new Uint8Array(32).fill(9));
    const created = outcomeOf(await context.tokens.create(REQUEST, COMMAND_LINE, secret));
    expect(created.secret).toBe(secret);
    expect((await context.tokens.authenticate(secret)).token).toEqual(created.token);
  });

  test("leaves its secret in no file", async () => {
    const { secret, token } = await context.create();
    outcomeOf(await context.tokens.revoke(token.id, COMMAND_LINE));
    const names = readdirSync(context.directory.path);
    expect(names).toContain("publisher.db-wal");
    for (const name of names) {
      const file = readFileSync(join(context.directory.path, name));
      expect(file.includes(secret)).toBe(false);
      expect(file.includes(secret.slice(8, 51))).toBe(false);
    }
  });

  test.each([
    ["a description with a newline", { description: "a\nb" }, ["description"]],
    ["a description that is too long", { description: "x".repeat(501) }, ["description"]],
    ["an expiry that is now", { expiresAt: 0 }, ["expires_at"]],
    ["an expiry in the past", { expiresAt: -1 }, ["expires_at"]],
    ["an expiry in the year 10000", { expiresAt: LAST_MOMENT }, ["expires_at"]],
    ["everything that is wrong at once", { description: "\0", expiresAt: 0 }, ["description", "expires_at"]],
  ])("is refused with %s", async (_, wrong, paths) => {
    const request = { ...REQUEST, ...wrong };
    const expiresAt = request.expiresAt === null ? null : context.clock.now + request.expiresAt;
    const outcome = await context.tokens.create({ ...request, expiresAt }, COMMAND_LINE);
    const issues = paths.map((path) => ({ path, message: expect.any(String) }));
    expect(outcome).toEqual({ refused: "invalid", issues });
    expect(context.store.isEmpty()).toBe(true);
    expect(context.changes).toEqual([]);
  });
});

test("a secret is known by the SHA-256 that the file has of it", async () => {
  const { secret } = await context.create();
  const found = context.connect().query<{ digest: Uint8Array }, []>("SELECT digest FROM token").all();
  expect(found.map(({ digest }) => Buffer.from(digest).toString("hex"))).toEqual([digestOf(secret).toHex()]);
});

test("processes on one data directory create side by side, and ids still rise as tokens are made", async () => {
  const both = [context.tokens, context.beside()];
  const rounds = Array.from({ length: 20 }, async (_, turn) => {
    const tokens = both[turn % 2] ?? context.tokens;
    return outcomeOf(await tokens.create(REQUEST, COMMAND_LINE));
  });
  const created = await Promise.all(rounds);
  const ids = created.map(({ token }) => token.id);
  expect(new Set(ids).size).toBe(20);
  expect(new Set(created.map(({ secret }) => secret)).size).toBe(20);
  expect(context.changes.map(({ target }) => target)).toEqual([...ids].sort());
});

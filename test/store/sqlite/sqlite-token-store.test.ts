import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, statSync } from "node:fs";
import fc from "fast-check";
import { COLUMNS } from "../../../src/store/sqlite/token-row.ts";
import { digestOf } from "../../../src/tokens/secret/secret.ts";
import { descriptionFault, type Token } from "../../../src/tokens/token.ts";
import type { ChangeState, Writes } from "../../../src/tokens/token-store.ts";
import { eventSet, tokenSet } from "../../support/lists/arbitraries.ts";
import { A_MOMENT, eventOf, newToken, tokenOf } from "../../support/new-token.ts";
import { TEST_LIMIT_MS } from "../../support/patience.ts";
import { row } from "../../support/store/store.ts";
import { useStore } from "../../support/store/use.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const context = useStore();

const UNCHANGED: Writes = { added: [], updated: [] };

function counts(): Readonly<Record<string, unknown>> {
  const sql = "SELECT (SELECT count(*) FROM token) AS tokens, (SELECT count(*) FROM audit_event) AS events";
  return row(context.connect(), sql);
}

describe("a token", () => {
  test("comes back as it was added, by its digest and by its id", async () => {
    const time = fc.integer({ min: 0, max: 253_402_300_799 });
    const text = fc.string({ unit: "binary", maxLength: 40 }).filter((one) => descriptionFault(one) === null);
    const extremes = fc.record({ description: text, createdAt: time, expiresAt: time });
    let count = 0;
    await fc.assert(
      fc.asyncProperty(tokenSet, extremes, async (tokens, extremes) => {
        for (const token of [...tokens.slice(0, 1), tokenOf("", extremes)]) {
          count += 1;
          const id = `atok_${String(count).padStart(3, "0")}`;
          const added = newToken(id, { ...token, id });
          await context.add(added);
          expect(context.store.findById(added.token.id)).toEqual(added.token);
          const stored = context.store.findByDigest(added.digest);
          expect(stored?.token).toEqual(added.token);
          expect(Buffer.from(stored?.digest ?? []).equals(added.digest)).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });

  test("that was not added is not found", () => {
    expect(context.store.findById("atok_1")).toBeNull();
    expect(context.store.findByDigest(new Uint8Array(32))).toBeNull();
    expect(context.store.findByDigests([new Uint8Array(32)])).toEqual([null]);
    expect(context.store.isEmpty()).toBe(true);
  });

  test("is updated with its event, and stays as it is where a change writes nothing", async () => {
    await context.add(newToken("atok_1"));
    await context.store.change({ actor: null, target: "atok_1" }, () => UNCHANGED);
    expect(context.store.findById("atok_1")).toEqual(tokenOf("atok_1"));
    const changed = tokenOf("atok_1", { description: "new", expiresAt: A_MOMENT + 1, revokedAt: A_MOMENT });
    await context.overwrite("atok_1", () => changed);
    expect(context.store.findById("atok_1")).toEqual(changed);
    expect(counts()).toEqual({ tokens: 1, events: 2 });
  });
});

test("tokens are found by several digests in their order, also those that repeat", async () => {
  const tokens = [newToken("atok_1"), newToken("atok_2"), newToken("atok_3")];
  for (const each of tokens) await context.add(each);
  const digests = [2, 0, 1, 0].map((place) => tokens[place]?.digest ?? new Uint8Array());
  const found = context.store.findByDigests([...digests, new Uint8Array(32)]);
  expect(found).toEqual([...digests.map((digest) => context.store.findByDigest(digest)), null]);
  expect(found.map((stored) => stored?.token.id)).toEqual([
    "atok_3",
    "atok_1",
    "atok_2",
    "atok_1",
    undefined,
  ]);
});

test("a look-up of several digests that fails leaves no transaction open, in which a change would be lost", async () => {
  const added = newToken("atok_1");
  await context.add(added);
  const noDigest = Object("no digest");
  expect(() => context.store.findByDigests([added.digest, noDigest])).toThrow();
  await context.add(newToken("atok_2"));
  expect(counts()).toMatchObject({ tokens: 2 });
});

/** The ids of the tokens that took the place of a token, one after the other. */
function successorsOf(token: Token | null, find: (id: string) => Token | null): readonly string[] {
  const chain = new Set<string>();
  let next = token?.replacedBy ?? null;
  for (; next !== null && !chain.has(next); next = find(next)?.replacedBy ?? null) chain.add(next);
  chain.delete(token?.id ?? "");
  return [...chain];
}

/** The tokens that were created by this one or took its place, in any depth. */
function descendantsOf(id: string, held: readonly Token[]): readonly Token[] {
  const ids = new Set([id]);
  for (const one of ids) {
    for (const token of held) if (token.createdBy === one) ids.add(token.id);
    const { replacedBy = null } = held.find((token) => token.id === one) ?? {};
    if (replacedBy !== null) ids.add(replacedBy);
  }
  return held.filter((token) => token.id !== id && ids.has(token.id));
}

test("a change reads the tokens of its scope, those after and below them, and the greatest ids so far", async () => {
  const someId = fc.nat(20).map((number) => `atok_${String(number).padStart(20, "0")}`);
  const anyScope = fc.record({
    actor: fc.option(someId),
    target: fc.option(someId),
    withDescendants: fc.boolean(),
    others: fc.array(someId),
  });
  await fc.assert(
    fc.asyncProperty(tokenSet, eventSet, anyScope, async (held, events, scope) => {
      context.hold(held);
      context.holdEvents(events);
      const states: ChangeState[] = [];
      await context.store.change(scope, (state) => {
        states.push(state);
        return UNCHANGED;
      });
      const find = (id: string | null) => held.find((token) => token.id === id) ?? null;
      const [actor, target] = [find(scope.actor), find(scope.target)];
      expect(states).toEqual([
        {
          actor,
          actorSuccessors: successorsOf(actor, find),
          target,
          targetSuccessors: successorsOf(target, find),
          descendants: scope.withDescendants && target !== null ? descendantsOf(target.id, held) : [],
          others: scope.others.flatMap((id) => find(id) ?? []),
          last: { token: held.at(-1)?.id ?? null, auditEvent: events.at(-1)?.id ?? null },
        },
      ]);
    }),
    { numRuns: 300 },
  );
});

test("a change that fails half-way leaves nothing behind", async () => {
  await context.add(newToken("atok_1"));
  const fault = new Error("a fault of the caller");
  const failing = () => {
    throw fault;
  };
  for (const target of [null, "atok_1"])
    await expect(context.store.change({ actor: null, target }, failing)).rejects.toBe(fault);
  const taken = { ...newToken("atok_2"), event: eventOf("atok_2", "aevt_atok_1") };
  const revoked = (token: Token) => ({ ...token, revokedAt: A_MOMENT });
  for (const change of [() => context.add(taken), () => context.overwrite("atok_1", revoked, taken.event)])
    await expect(change()).rejects.toThrow("an audit event is never replaced");
  expect(context.store.findById("atok_1")).toEqual(tokenOf("atok_1"));
  expect(counts()).toEqual({ tokens: 1, events: 1 });
  await context.add(newToken("atok_2"));
  expect(counts()).toEqual({ tokens: 2, events: 2 });
});

/** Statements that no SQL may make, with the reason in the error. */
const FORBIDDEN: Readonly<Record<string, readonly string[]>> = {
  "a revoked token stays revoked": [
    "UPDATE token SET revoked_at = NULL",
    "UPDATE token SET revoked_at = revoked_at + 1",
  ],
  "a token is never deleted": ["DELETE FROM token"],
  "a token keeps its access and its audiences": [
    "UPDATE token SET access = 'write'",
    "UPDATE token SET audiences = NULL",
  ],
  "a token is replaced once": ["UPDATE token SET replaced_by = 'atok_3'"],
  INTEGER: ["UPDATE token SET created_at = 'yesterday'"],
  "an audit event never changes": ["UPDATE audit_event SET actor = 'atok_2'"],
  "an audit event is never deleted": ["DELETE FROM audit_event"],
  "an audit event is never replaced": ["REPLACE INTO audit_event SELECT * FROM audit_event"],
  CHECK: [
    "INSERT INTO token (digest, id, access, hint, created_at) VALUES (randomblob(32), 'a', 'admin', 'a', 1)",
    "INSERT INTO token (digest, id, access, hint, created_at, audiences) VALUES (randomblob(32), 'a', 'read', 'a', 1, '{}')",
    "INSERT INTO token (digest, id, access, hint, created_at) VALUES (x'00', 'a', 'read', 'a', 1)",
    "INSERT INTO audit_event (id, at, action, target, changes) SELECT 'aevt_2', at, action, target, 'none' FROM audit_event",
    "INSERT INTO cursor_key VALUES (2, randomblob(32))",
  ],
  "a token is never replaced": ["digest, 'atok_2'", "randomblob(32), id"].map(
    (key) =>
      `REPLACE INTO token (${COLUMNS}) SELECT ${key}, access, description, hint, created_at, created_by, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL FROM token`,
  ),
  "a token keeps its id and its secret": [
    "UPDATE token SET digest = randomblob(32)",
    "UPDATE token SET id = 'atok_3'",
    "UPDATE token SET seq = seq + 1",
  ],
  "the id of a token comes after all others": [
    "INSERT INTO token (digest, id, access, hint, created_at) VALUES (randomblob(32), 'atok_0', 'read', 'a', 1)",
    "INSERT INTO token (seq, digest, id, access, hint, created_at) VALUES (-5, randomblob(32), 'atok_3', 'read', 'a', 1)",
  ],
  "a token keeps its role and its creator": [
    "UPDATE token SET verifies = 1",
    "UPDATE token SET created_by = 'atok_3'",
  ],
};

describe("by SQL of anybody", () => {
  const cases = Object.entries(FORBIDDEN).flatMap(([reason, all]) => all.map((sql) => [sql, reason]));
  test.each(cases)("a store refuses %s", async (sql = "", reason) => {
    const values = { revokedAt: A_MOMENT, audiences: ["wiki"], replacedBy: "atok_2" };
    await context.add(newToken("atok_1", values));
    expect(() => context.connect().run(sql)).toThrow(reason);
    expect(context.store.findById("atok_1")).toEqual(tokenOf("atok_1", values));
    expect(context.store.findByDigest(digestOf("atok_1"))?.token.revokedAt).toBe(A_MOMENT);
  });

  test("a revoked token may still change in other things", async () => {
    await context.add(newToken("atok_1", { revokedAt: A_MOMENT }));
    context.connect().run("UPDATE token SET last_used_at = 5");
    expect(context.store.findById("atok_1")?.lastUsedAt).toBe(5);
  });
});

test("a checkpoint brings the files together, and closing the store leaves one", async () => {
  await context.add(newToken("atok_1"));
  const log = `${context.directory.database}-wal`;
  expect(statSync(log).size).toBeGreaterThan(0);
  context.store.checkpoint();
  expect(statSync(log).size).toBe(0);
  await context.add(newToken("atok_2"));
  context.store.close();
  expect(readdirSync(context.directory.path)).toEqual(["publisher.db", "reserve"]);
  context.reopen();
  expect(counts()).toEqual({ tokens: 2, events: 2 });
});

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, statSync, truncateSync } from "node:fs";
import fc from "fast-check";
import type { Condition } from "../../../src/tokens/listing/listing.ts";
import { digestOf } from "../../../src/tokens/secret/secret.ts";
import { descriptionFault, type Token } from "../../../src/tokens/token.ts";
import {
  type ChangeScope,
  type ChangeState,
  StoreUnavailable,
  type Writes,
} from "../../../src/tokens/token-store.ts";
import { A_MOMENT, eventOf, newToken, tokenOf } from "../../support/new-token.ts";
import { TEST_LIMIT_MS } from "../../support/patience.ts";
import { EVERYTHING, row, type TestStore } from "../../support/store/store.ts";
import { useStore } from "../../support/store/use.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const context = useStore();

const anyDescription: Condition = {
  op: "regex",
  key: "description",
  pattern: { source: "", caseInsensitive: false, size: 1, matches: () => true },
};

function counts(context: TestStore): Readonly<Record<string, unknown>> {
  const sql = "SELECT (SELECT count(*) FROM token) AS tokens, (SELECT count(*) FROM audit_event) AS events";
  return row(context.connect(), sql);
}

describe("a token", () => {
  test("comes back as it was added, by its digest and by its id", async () => {
    const time = fc.integer({ min: 0, max: 253_402_300_799 });
    const text = fc.string({ unit: "binary", maxLength: 40 }).filter((one) => descriptionFault(one) === null);
    const values = fc.record({
      access: fc.constantFrom("read", "write"),
      description: fc.option(text),
      hint: fc.stringMatching(/^[0-9A-Za-z]{4}$/),
      createdAt: time,
      createdBy: fc.option(fc.constant("atok_1")),
      expiresAt: fc.option(time),
      revokedAt: fc.option(time),
      lastUsedAt: fc.option(time),
    });
    let count = 0;
    await fc.assert(
      fc.asyncProperty(values, async (values) => {
        count += 1;
        const added = newToken(`atok_${count}`, values);
        await context.add(added);
        expect(context.store.findById(added.token.id)).toEqual(added.token);
        const stored = context.store.findByDigest(added.digest);
        expect(stored?.token).toEqual(added.token);
        expect(Buffer.from(stored?.digest ?? []).equals(added.digest)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test("that was not added is not found", () => {
    expect(context.store.findById("atok_1")).toBeNull();
    expect(context.store.findByDigest(new Uint8Array(32))).toBeNull();
    expect(context.store.isEmpty()).toBe(true);
  });

  test("is made with the greatest ids so far in hand", async () => {
    const seen: unknown[] = [];
    for (const id of ["atok_1", "atok_3", "atok_2"]) {
      await context.store.change(NOTHING, ({ last }) => {
        seen.push(last);
        return { added: [newToken(id)], updated: [] };
      });
    }
    await context.store.change({ actor: null, target: "atok_1" }, ({ last }) => {
      seen.push(last);
      return UNCHANGED;
    });
    expect(seen).toEqual([
      { token: null, auditEvent: null },
      { token: "atok_1", auditEvent: "aevt_atok_1" },
      { token: "atok_3", auditEvent: "aevt_atok_3" },
      { token: "atok_3", auditEvent: "aevt_atok_3" },
    ]);
  });

  test("is updated with its event", async () => {
    await context.add(newToken("atok_1"));
    const changed = tokenOf("atok_1", { description: "new", expiresAt: A_MOMENT + 1, revokedAt: A_MOMENT });
    await context.overwrite("atok_1", () => changed);
    expect(context.store.findById("atok_1")).toEqual(changed);
    expect(counts(context)).toEqual({ tokens: 1, events: 2 });
  });

  test("stays as it is where a change writes nothing", async () => {
    await context.add(newToken("atok_1"));
    await context.store.change({ actor: null, target: "atok_1" }, () => UNCHANGED);
    expect(context.store.findById("atok_1")).toEqual(tokenOf("atok_1"));
    expect(counts(context)).toEqual({ tokens: 1, events: 1 });
  });
});

const NOTHING: ChangeScope = { actor: null, target: null };
const UNCHANGED: Writes = { added: [], updated: [] };

describe("a change reads", () => {
  /** The state that a change of that scope gets. */
  async function stateOf(context: TestStore, scope: ChangeScope): Promise<ChangeState> {
    const states: ChangeState[] = [];
    await context.store.change(scope, (state) => {
      states.push(state);
      return UNCHANGED;
    });
    const [state] = states;
    if (state === undefined) throw new Error("the change was not planned");
    return state;
  }

  test("its actor and its target, or null where there is none", async () => {
    await context.add(newToken("atok_1"));
    await context.add(newToken("atok_2"));
    const both = await stateOf(context, { actor: "atok_1", target: "atok_2" });
    expect([both.actor, both.target]).toEqual([tokenOf("atok_1"), tokenOf("atok_2")]);
    const none = await stateOf(context, { actor: "atok_3", target: "atok_4", withDescendants: true });
    expect(none).toMatchObject({ actor: null, target: null, actorSuccessors: [], descendants: [] });
    expect(await stateOf(context, NOTHING)).toMatchObject({ actor: null, target: null });
  });

  test("the other tokens of its scope in their order, without those that are not there", async () => {
    for (const id of ["atok_1", "atok_2", "atok_3"]) await context.add(newToken(id));
    const { others } = await stateOf(context, { ...NOTHING, others: ["atok_3", "atok_0", "atok_1"] });
    expect(others).toEqual([tokenOf("atok_3"), tokenOf("atok_1")]);
    expect((await stateOf(context, NOTHING)).others).toEqual([]);
  });

  test("the tokens that took the actor's place, one after the other", async () => {
    await context.add(newToken("atok_1", { replacedBy: "atok_2" }));
    await context.add(newToken("atok_2", { replacedBy: "atok_3" }));
    await context.add(newToken("atok_3"));
    await context.add(newToken("atok_4", { createdBy: "atok_1" }));
    const successors = async (actor: string) =>
      (await stateOf(context, { actor, target: null })).actorSuccessors;
    expect(await successors("atok_1")).toEqual(["atok_2", "atok_3"]);
    expect(await successors("atok_2")).toEqual(["atok_3"]);
    expect(await successors("atok_4")).toEqual([]);
    const { targetSuccessors } = await stateOf(context, { actor: null, target: "atok_1" });
    expect(targetSuccessors).toEqual(["atok_2", "atok_3"]);
  });

  test("the descendants of its target where they are asked for: created or successors, in any depth", async () => {
    await context.add(newToken("atok_0"));
    await context.add(newToken("atok_1", { createdBy: "atok_0", replacedBy: "atok_4" }));
    await context.add(newToken("atok_2", { createdBy: "atok_1" }));
    await context.add(newToken("atok_3", { createdBy: "atok_2", revokedAt: A_MOMENT }));
    await context.add(newToken("atok_4", { createdBy: "atok_9" }));
    await context.add(newToken("atok_5", { createdBy: "atok_4" }));
    await context.add(newToken("atok_6", { createdBy: "atok_0" }));
    const descendants = async (target: string, withDescendants = true) =>
      (await stateOf(context, { actor: null, target, withDescendants })).descendants.map(({ id }) => id);
    expect(await descendants("atok_1")).toEqual(["atok_2", "atok_3", "atok_4", "atok_5"]);
    expect(await descendants("atok_0")).toEqual(["atok_1", "atok_2", "atok_3", "atok_4", "atok_5", "atok_6"]);
    expect(await descendants("atok_5")).toEqual([]);
    expect(await descendants("atok_1", false)).toEqual([]);
  });

  test("descendants of tokens that name each other once each", async () => {
    await context.add(newToken("atok_1", { createdBy: "atok_2" }));
    await context.add(newToken("atok_2", { createdBy: "atok_1", replacedBy: "atok_1" }));
    const { descendants } = await stateOf(context, { actor: null, target: "atok_1", withDescendants: true });
    expect(descendants.map(({ id }) => id)).toEqual(["atok_2"]);
  });
});

test("a change that fails half-way leaves nothing behind", async () => {
  await context.add(newToken("atok_1"));
  const fault = new Error("a fault of the caller");
  const failing = () => {
    throw fault;
  };
  await expect(context.store.change(NOTHING, failing)).rejects.toBe(fault);
  await expect(context.store.change({ actor: null, target: "atok_1" }, failing)).rejects.toBe(fault);
  const taken = { ...newToken("atok_2"), event: eventOf("atok_2", "aevt_atok_1") };
  await expect(context.add(taken)).rejects.toThrow("an audit event is never replaced");
  const revoked = (token: Token) => ({ ...token, revokedAt: A_MOMENT });
  await expect(context.overwrite("atok_1", revoked, eventOf("atok_1"))).rejects.toThrow(
    "an audit event is never replaced",
  );
  expect(context.store.findById("atok_1")).toEqual(tokenOf("atok_1"));
  expect(counts(context)).toEqual({ tokens: 1, events: 1 });
  await context.add(newToken("atok_2"));
  expect(counts(context)).toEqual({ tokens: 2, events: 2 });
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
      `REPLACE INTO token SELECT ${key}, access, description, hint, created_at, created_by, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL FROM token`,
  ),
  "a token keeps its id and its secret": [
    "UPDATE token SET digest = randomblob(32)",
    "UPDATE token SET id = 'atok_3'",
  ],
  "a token keeps its role and its creator": [
    "UPDATE token SET verifies = 1",
    "UPDATE token SET created_by = 'atok_3'",
  ],
};

describe("by SQL of anybody", () => {
  const cases = Object.entries(FORBIDDEN).flatMap(([reason, all]) =>
    all.map((sql) => [sql, reason] as const),
  );
  test.each(cases)("a store refuses %s", async (sql, reason) => {
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

describe("the files", () => {
  test("are one once the store is closed, and everything is in it", async () => {
    await context.add(newToken("atok_1"));
    context.store.close();
    expect(readdirSync(context.directory.path)).toEqual(["publisher.db", "reserve"]);
    context.reopen();
    expect(context.store.findById("atok_1")).toEqual(tokenOf("atok_1"));
  });

  test("are brought together by a checkpoint, while the store goes on", async () => {
    await context.add(newToken("atok_1"));
    const log = `${context.directory.database}-wal`;
    expect(statSync(log).size).toBeGreaterThan(0);
    context.store.checkpoint();
    expect(statSync(log).size).toBe(0);
    expect(context.store.findById("atok_1")).toEqual(tokenOf("atok_1"));
  });
});

test("a store whose file is spoilt meanwhile is unavailable, whatever is asked of it", async () => {
  expect(() => context.store.ping()).not.toThrow();
  context.hold(Array.from({ length: 500 }, (_, number) => tokenOf(`atok_${number}`)));
  context.store.checkpoint();
  truncateSync(context.directory.database, 4096);
  const unavailable = (work: () => unknown) =>
    expect((async () => await work())()).rejects.toBeInstanceOf(StoreUnavailable);
  await unavailable(() => context.store.ping());
  await unavailable(() => context.store.isEmpty());
  await unavailable(() => context.store.findById("atok_1"));
  await unavailable(() => context.store.findByDigest(digestOf("atok_1")));
  await unavailable(() => context.add(newToken("atok_new")));
  await unavailable(() => context.store.change({ actor: null, target: "atok_1" }, () => UNCHANGED));
  await unavailable(() => context.tokens.list(EVERYTHING));
  await unavailable(() => context.tokens.list({ ...EVERYTHING, conditions: [anyDescription] }));
});

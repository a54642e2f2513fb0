import { describe, expect, test } from "bun:test";
import { type Actor, COMMAND_LINE } from "../../../src/tokens/audit/audit-event.ts";
import type { WaitingTokens } from "../../../src/tokens/revocation/revocation-waits.ts";
import type { Token } from "../../../src/tokens/token.ts";
import { StoreUnavailable, type TokenStore, type Writes } from "../../../src/tokens/token-store.ts";
import { Tokens } from "../../../src/tokens/tokens.ts";
import { EVERYTHING, outcomeOf, TestStore } from "../../support/store/store.ts";

/** The domain of a server on a store that takes no changes while `isFailing`. */
class Failing implements Disposable {
  readonly context = new TestStore();
  readonly tokens: Tokens;
  isFailing = false;
  /** For how many more revocations there is space; the rest of a change takes none. */
  space = Number.POSITIVE_INFINITY;
  /** For how many revocations in one change there is space. */
  width = Number.POSITIVE_INFINITY;
  /** The ids of tokens for whose revocation there is never space. */
  readonly large = new Set<string>();
  attempts = 0;
  /** How many revocations each change had that was tried, and whether it could use the space for revocations. */
  readonly tried: [revocations: number, isRevocation: boolean][] = [];

  constructor(keepsRevocations = true) {
    const { context } = this;
    const store: TokenStore = new Proxy(context.store, {
      get: (target, name) => {
        if (name === "change") return this.#change;
        const value = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    this.tokens = new Tokens({
      store,
      clock: context.clock.read,
      random: (size) => crypto.getRandomValues(new Uint8Array(size)),
      cursorKey: context.store.cursorKey,
      keepsRevocations,
      onChange: (event) => void context.changes.push(event),
      onUse: () => undefined,
      onReuse: (reuse) => void context.reuses.push(reuse),
    });
  }

  /** A token and an actor that has it. */
  async caller(): Promise<{ token: Token; secret: string; actor: Actor }> {
    const { token, secret } = await this.context.create({ access: "write" });
    return { token, secret, actor: { ...COMMAND_LINE, tokenId: token.id } };
  }

  async refusalOf(secret: string): Promise<string | null> {
    return (await this.tokens.authenticate(secret)).refusal;
  }

  [Symbol.dispose](): void {
    this.context[Symbol.dispose]();
  }

  readonly #change: TokenStore["change"] = async (scope, plan) => {
    if (scope.isDryRun === true) return await this.context.store.change(scope, plan);
    this.attempts += 1;
    if (this.isFailing) throw new StoreUnavailable("failing", { outcome: "unchanged" });
    let written = 0;
    const planned = await this.context.store.change(scope, (state) => {
      const writes = plan(state);
      written = writes.updated.length;
      this.#take(writes, scope.isRevocation === true);
      return writes;
    });
    this.space -= written;
    return planned;
  };

  #take({ updated }: Writes, isRevocation: boolean): void {
    this.tried.push([updated.length, isRevocation]);
    const isLarge = updated.some(({ token }) => this.large.has(token.id));
    if (isLarge || updated.length > Math.min(this.width, this.space))
      throw new StoreUnavailable("full", { outcome: "unchanged", lacksSpaceFor: "revocations" });
  }
}

async function expectPending(
  revoking: Promise<unknown>,
  waiting: WaitingTokens = { token: true, descendants: 0 },
): Promise<void> {
  await expect(revoking).rejects.toMatchObject({ name: "RevocationWaits", waiting });
}

describe("a revocation that the store cannot write", () => {
  test("refuses the token at once, and is written once, in the name of its actor", async () => {
    using failing = new Failing();
    const { context, tokens } = failing;
    const { actor } = await failing.caller();
    const { token, secret } = await context.create();
    failing.isFailing = true;
    await expectPending(tokens.revoke(token.id, actor));
    await expectPending(tokens.revoke(token.id, actor));
    expect(await failing.refusalOf(secret)).toBe("revoked");
    expect((await context.store.findById(token.id))?.revokedAt).toBeNull();
    expect(outcomeOf(await tokens.get(token.id)).revokedAt).toBe(context.clock.now);
    const { rows } = outcomeOf(await tokens.list(EVERYTHING));
    expect(rows.find(({ id }) => id === token.id)?.revokedAt).toBe(context.clock.now);
    await expect(tokens.writePendingRevocations()).rejects.toBeInstanceOf(StoreUnavailable);
    expect(await failing.refusalOf(secret)).toBe("revoked");
    failing.isFailing = false;
    await Promise.all([tokens.writePendingRevocations(), tokens.writePendingRevocations()]);
    expect(context.changes.filter(({ action }) => action === "api-token.revoke")).toMatchObject([
      { target: token.id, actor },
    ]);
    expect(await failing.refusalOf(secret)).toBe("revoked");
    expect(outcomeOf(await tokens.get(token.id)).revokedAt).toBe(context.clock.now);
  });

  test("is an alarm where the secret is shown", async () => {
    using failing = new Failing();
    const { token, secret } = await failing.context.create();
    failing.isFailing = true;
    await expectPending(failing.tokens.revoke(token.id, COMMAND_LINE));
    const showing = { id: "1", requestId: "1", ip: null, path: "/", caller: null };
    await failing.tokens.authenticate(secret, "counted", showing);
    expect(failing.context.reuses).toMatchObject([{ token: { id: token.id }, end: { why: "revoked" } }]);
  });

  test("refuses the descendants too, if they were to be revoked", async () => {
    using failing = new Failing();
    const { token, actor } = await failing.caller();
    const child = await failing.context.create({}, actor);
    const other = await failing.context.create();
    failing.isFailing = true;
    const revoking = failing.tokens.revoke(token.id, COMMAND_LINE, { withDescendants: true });
    await expectPending(revoking, { token: true, descendants: 1 });
    expect(await failing.refusalOf(child.secret)).toBe("revoked");
    expect(await failing.refusalOf(other.secret)).toBeNull();
    failing.isFailing = false;
    await failing.tokens.writePendingRevocations();
    expect(outcomeOf(await failing.tokens.get(child.token.id)).revokedAt).not.toBeNull();
  });

  test("comes before every other change, and its token changes nothing any more", async () => {
    using failing = new Failing();
    const { token, actor } = await failing.caller();
    failing.isFailing = true;
    await expectPending(failing.tokens.revoke(token.id, COMMAND_LINE));
    const request = { access: "read", audiences: null, description: null, expiresAt: null } as const;
    await expect(failing.tokens.create(request, COMMAND_LINE)).rejects.toBeInstanceOf(StoreUnavailable);
    failing.isFailing = false;
    expect(await failing.tokens.create(request, actor)).toEqual({
      refused: "unauthenticated",
      reason: "revoked",
    });
    expect(failing.context.changes.map(({ action }) => action)).toEqual([
      "api-token.create",
      "api-token.revoke",
    ]);
  });

  test("that waits in a queue does not let a change of its token come first", async () => {
    using failing = new Failing();
    const { token, actor } = await failing.caller();
    const { store } = failing.context;
    const planned = Promise.withResolvers<void>();
    const change = store.change.bind(store);
    // The creation is begun, and gets to the store only after the revocation has failed.
    store.change = async (scope, plan) => {
      if (scope.actor === token.id) await planned.promise;
      return await change(scope, plan);
    };
    const request = { access: "read", audiences: null, description: null, expiresAt: null } as const;
    const creating = failing.tokens.create(request, actor);
    failing.isFailing = true;
    await expectPending(failing.tokens.revoke(token.id, COMMAND_LINE));
    planned.resolve();
    expect(await creating).toEqual({ refused: "unauthenticated", reason: "revoked" });
  });

  test("as a whole is written in parts, the token itself first", async () => {
    using failing = new Failing();
    const { context, tokens } = failing;
    const { token, actor } = await failing.caller();
    const child = await context.create({}, actor);
    failing.width = 1;
    const revocation = outcomeOf(await tokens.revoke(token.id, COMMAND_LINE, { withDescendants: true }));
    expect(revocation).toMatchObject({
      token: { id: token.id, revokedAt: context.clock.now },
      wasRevoked: false,
      descendants: [{ id: child.token.id, revokedAt: null }],
    });
    for (const { id } of [token, child.token])
      expect(context.store.findById(id)?.revokedAt).toBe(context.clock.now);
    // Many at once do not use up the space for revocations before they fail.
    expect(failing.tried).toEqual([
      [2, false],
      [1, true],
      [1, true],
    ]);
  });

  test("of many descendants is written in batches, which are halved where they do not fit", async () => {
    using failing = new Failing();
    const { context, tokens } = failing;
    const { token, actor } = await failing.caller();
    for (let count = 0; count < 40; count += 1) await context.create({}, actor);
    failing.width = 9;
    failing.space = 30;
    const revoking = tokens.revoke(token.id, COMMAND_LINE, { withDescendants: true });
    await expectPending(revoking, { token: false, descendants: 11 });
    expect(failing.tried.map(([count]) => count)).toEqual([41, 1, 2, 4, 8, 16, 8, 8, 4, 4, 2, 2, 1, 1]);
    expect(context.store.findById(token.id)?.revokedAt).toBe(context.clock.now);
    expect(tokens.pendingRevocations).toHaveLength(11);
    failing.width = 100;
    failing.space = 100;
    await tokens.writePendingRevocations();
    expect(tokens.pendingRevocations).toEqual([]);
    const revoked = context.changes.filter(({ action }) => action === "api-token.revoke");
    expect(new Set(revoked.map(({ target }) => target)).size).toBe(41);
    expect(revoked).toHaveLength(41);
  });

  test("of many descendants is not written in smaller parts where the disk fails, and not full", async () => {
    using failing = new Failing();
    const { context, tokens } = failing;
    const { token, actor } = await failing.caller();
    for (let count = 0; count < 5; count += 1) await context.create({}, actor);
    failing.width = 2;
    const { store } = context;
    const change = store.change.bind(store);
    store.change = async (scope, plan) => {
      failing.isFailing = failing.attempts === 3;
      return await change(scope, plan);
    };
    const revoking = tokens.revoke(token.id, COMMAND_LINE, { withDescendants: true });
    await expectPending(revoking, { token: false, descendants: 3 });
    expect(failing.tried.map(([count]) => count)).toEqual([6, 1, 2]);
    expect(failing.attempts).toBe(4);
  });

  test("of many descendants lets others run between its parts", async () => {
    using failing = new Failing();
    const { context, tokens } = failing;
    const { token, actor } = await failing.caller();
    for (let count = 0; count < 20; count += 1) await context.create({}, actor);
    failing.width = 4;
    let turns = 0;
    let isOver = false;
    const turn = () => {
      turns += 1;
      if (!isOver) setImmediate(turn);
    };
    setImmediate(turn);
    outcomeOf(await tokens.revoke(token.id, COMMAND_LINE, { withDescendants: true }));
    isOver = true;
    expect(turns).toBeGreaterThanOrEqual(failing.tried.length - 1);
  });

  test("whose token is on disk is no failure because another one waits", async () => {
    using failing = new Failing();
    const { token, actor } = await failing.caller();
    const child = await failing.context.create({}, actor);
    const other = await failing.context.create();
    failing.large.add(child.token.id);
    const revoking = failing.tokens.revoke(token.id, COMMAND_LINE, { withDescendants: true });
    await expectPending(revoking, { token: false, descendants: 1 });
    const { now } = failing.context.clock;
    const revocation = outcomeOf(await failing.tokens.revoke(other.token.id, COMMAND_LINE));
    expect(revocation).toMatchObject({ token: { revokedAt: now }, wasRevoked: false });
    expect(failing.tokens.pendingRevocations).toEqual([child.token.id]);
  });

  test("that one request asked for keeps the name of its actor until that is revoked itself", async () => {
    using failing = new Failing();
    const { context, tokens } = failing;
    const { token: caller, actor } = await failing.caller();
    const { id: first } = (await context.create()).token;
    const { id: second } = (await context.create()).token;
    const { id: third } = (await context.create()).token;
    failing.isFailing = true;
    for (const id of [first, second]) await expectPending(tokens.revoke(id, actor));
    await expectPending(tokens.revoke(caller.id, COMMAND_LINE));
    failing.isFailing = false;
    await tokens.writePendingRevocations();
    expect(outcomeOf(await tokens.revoke(third, COMMAND_LINE)).wasRevoked).toBe(false);
    const revoked = context.changes.filter(({ action }) => action === "api-token.revoke");
    expect(revoked.map(({ target, actor: by }) => [target, by.tokenId])).toEqual([
      [first, caller.id],
      [second, caller.id],
      [caller.id, null],
      [third, null],
    ]);
  });

  test("leaves out the name of an actor that is revoked before it in the same batch", async () => {
    using failing = new Failing();
    const { context, tokens } = failing;
    const { token: caller, actor } = await failing.caller();
    const { token: first } = await context.create();
    const { token: second } = await context.create();
    const { token: target, actor: other } = await failing.caller();
    const child = await context.create({}, other);
    failing.isFailing = true;
    await expectPending(tokens.revoke(first.id, COMMAND_LINE));
    await expectPending(tokens.revoke(second.id, COMMAND_LINE));
    await expectPending(tokens.revoke(target.id, actor, { withDescendants: true }), {
      token: true,
      descendants: 1,
    });
    await expectPending(tokens.revoke(caller.id, COMMAND_LINE));
    failing.isFailing = false;
    await tokens.writePendingRevocations();
    const revoked = context.changes.filter(({ action }) => action === "api-token.revoke");
    expect(revoked.map(({ target: id, actor: by }) => [id, by.tokenId])).toEqual([
      [first.id, null],
      [second.id, null],
      [target.id, caller.id],
      [caller.id, null],
      [child.token.id, null],
    ]);
  });

  test("holds up no other: named tokens come first, then descendants that may write", async () => {
    using failing = new Failing();
    const { context, tokens } = failing;
    const { token: thief, actor } = await failing.caller();
    const read = await context.create({}, actor);
    const write = await context.create({ access: "write" }, actor);
    const other = await context.create();
    failing.space = 0;
    const waiting = { token: true, descendants: 2 };
    await expectPending(tokens.revoke(thief.id, COMMAND_LINE, { withDescendants: true }), waiting);
    await expectPending(tokens.revoke(other.token.id, COMMAND_LINE));
    failing.space = 3;
    await expect(tokens.writePendingRevocations()).rejects.toBeInstanceOf(StoreUnavailable);
    const revoked = context.changes.filter(({ action }) => action === "api-token.revoke");
    expect(revoked.map(({ target }) => target)).toEqual([thief.id, other.token.id, write.token.id]);
    expect(tokens.pendingRevocations).toEqual([read.token.id]);
    expect(await failing.refusalOf(read.secret)).toBe("revoked");
  });

  test("is written in the name of an actor that has expired meanwhile", async () => {
    using failing = new Failing();
    const { context, tokens } = failing;
    const caller = await context.create({ access: "write", expiresAt: context.clock.now + 10 });
    const { token } = await context.create();
    failing.isFailing = true;
    await expectPending(tokens.revoke(token.id, { ...COMMAND_LINE, tokenId: caller.token.id }));
    context.clock.step(20);
    failing.isFailing = false;
    await tokens.writePendingRevocations();
    expect(context.changes.at(-1)).toMatchObject({ target: token.id, actor: { tokenId: caller.token.id } });
  });

  test("is written without the name of an actor that was revoked meanwhile", async () => {
    using failing = new Failing();
    const { token: caller, actor } = await failing.caller();
    const { token } = await failing.context.create();
    failing.isFailing = true;
    await expectPending(failing.tokens.revoke(token.id, { ...actor, traceId: "trace" }));
    failing.isFailing = false;
    // By another process, which knows nothing of the revocation that waits.
    outcomeOf(await failing.context.beside().revoke(caller.id, COMMAND_LINE));
    await failing.tokens.writePendingRevocations();
    expect(failing.context.changes.at(-1)).toMatchObject({
      target: token.id,
      actor: { tokenId: null, traceId: "trace" },
    });
  });

  test("of a token that is not there, or that is revoked, is answered as ever", async () => {
    using failing = new Failing();
    const { token } = await failing.context.create();
    outcomeOf(await failing.tokens.revoke(token.id, COMMAND_LINE));
    failing.isFailing = true;
    expect(await failing.tokens.revoke("atok_00000000000000000000", COMMAND_LINE)).toEqual({
      refused: "not-found",
      resource: "api-token",
    });
    expect(await failing.tokens.revoke(token.id, COMMAND_LINE)).toMatchObject({ wasRevoked: true });
    await failing.tokens.writePendingRevocations();
  });

  test("is not kept by a process that ends after it", async () => {
    using failing = new Failing(false);
    const { token, secret } = await failing.context.create();
    failing.isFailing = true;
    await expect(failing.tokens.revoke(token.id, COMMAND_LINE)).rejects.toMatchObject({
      outcome: "unchanged",
    });
    expect(await failing.refusalOf(secret)).toBeNull();
  });
});

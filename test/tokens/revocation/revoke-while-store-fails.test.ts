import { beforeEach, describe, expect, test } from "bun:test";
import { type Actor, COMMAND_LINE } from "../../../src/tokens/audit/audit-event.ts";
import { TokenService } from "../../../src/tokens/token-service.ts";
import { StoreUnavailable, type TokenStore, type Writes } from "../../../src/tokens/token-store.ts";
import { actorOf, REQUEST } from "../../support/new-token.ts";
import { EVERYTHING, outcomeOf } from "../../support/store/store.ts";
import { useTestStore } from "../../support/use-test-store.ts";

const context = useTestStore();

/** Changes of a store that takes none while `isFailing`. */
class FailingChanges {
  isFailing = false;
  /** For how many more revocations there is space; the rest of a change takes none. */
  space = Number.POSITIVE_INFINITY;
  /** For how many revocations in one change there is space. */
  width = Number.POSITIVE_INFINITY;
  /** The ids of tokens with a revocation that never fits. */
  readonly large = new Set<string>();
  /** How many revocations each change had that was tried, and whether it could use the space for revocations. */
  readonly tried: [revocations: number, isRevocation: boolean][] = [];

  constructor(store: TokenStore) {
    const change = store.change.bind(store);
    store.change = async (scope, plan) => {
      if (scope.isDryRun === true) return await change(scope, plan);
      if (this.isFailing) throw new StoreUnavailable("failing", { outcome: "unchanged" });
      let written = 0;
      const planned = await change(scope, (state) => {
        const writes = plan(state);
        written = writes.updated.length;
        this.#take(writes, scope.isRevocation === true);
        return writes;
      });
      this.space -= written;
      return planned;
    };
  }

  #take({ updated }: Writes, isRevocation: boolean): void {
    this.tried.push([updated.length, isRevocation]);
    const isLarge = updated.some(({ token }) => this.large.has(token.id));
    if (isLarge || updated.length > Math.min(this.width, this.space))
      throw new StoreUnavailable("full", { outcome: "unchanged", lacksSpaceFor: "revocations" });
  }
}

/** The domain of a server, on a store that can fail. */
let tokens: TokenService;
let failing: FailingChanges;

function tokensThat(queuesRevocations: boolean): TokenService {
  return new TokenService({
    store: context.store,
    clock: context.clock.read,
    random: (size) => crypto.getRandomValues(new Uint8Array(size)),
    cursorKey: context.store.cursorKey,
    queuesRevocations,
    onChange: (event) => void context.changes.push(event),
    onUse: () => undefined,
    onReuse: (reuse) => void context.reuses.push(reuse),
  });
}

beforeEach(() => {
  tokens = tokensThat(true);
  failing = new FailingChanges(context.store);
});

/** A token that makes changes, and `children` tokens that it created. */
async function parent(children = 0) {
  const { token } = await context.create({ access: "write" });
  const actor = actorOf(token.id);
  const created = [];
  for (let count = 0; count < children; count += 1) created.push(await context.create({}, actor));
  failing.tried.splice(0);
  return { id: token.id, actor, children: created };
}

async function refusalOf(secret: string): Promise<string | null> {
  return (await tokens.authenticate(secret)).refusal;
}

async function revokeAll(id: string, actor = COMMAND_LINE) {
  return await tokens.revoke(id, actor, { withDescendants: true });
}

async function expectPending(
  revoking: Promise<unknown>,
  waiting = { token: true, descendants: 0 },
): Promise<void> {
  await expect(revoking).rejects.toMatchObject({ name: "RevocationPendingError", waiting });
}

/** Writes the revocations that wait, now that the store takes them. */
async function writePending(): Promise<void> {
  failing.isFailing = false;
  await tokens.writePendingRevocations();
}

/** The revocations on disk, in their order: the token and the id of the actor. */
function revoked(): readonly (readonly [target: string, actor: string | null])[] {
  const events = context.changes.filter(({ action }) => action === "api-token.revoke");
  return events.map(({ target, actor }) => [target, actor.tokenId]);
}

describe("a revocation that the store cannot write", () => {
  test("refuses the token at once, and is written once, in the name of its actor", async () => {
    const { now } = context.clock;
    const { id: caller, actor } = await parent();
    const { token, secret } = await context.create();
    const expectRevoked = async () => {
      expect(await refusalOf(secret)).toBe("revoked");
      expect(outcomeOf(await tokens.get(token.id)).revokedAt).toBe(now);
    };
    failing.isFailing = true;
    await expectPending(tokens.revoke(token.id, actor));
    await expectPending(tokens.revoke(token.id, actor));
    await expectRevoked();
    expect(context.store.findById(token.id)?.revokedAt).toBeNull();
    const { rows } = outcomeOf(await tokens.list(EVERYTHING));
    expect(rows.find(({ id }) => id === token.id)?.revokedAt).toBe(now);
    await expect(tokens.writePendingRevocations()).rejects.toBeInstanceOf(StoreUnavailable);
    await expectRevoked();
    await Promise.all([writePending(), writePending()]);
    expect(revoked()).toEqual([[token.id, caller]]);
    await expectRevoked();
  });

  test("is an alarm where the secret is shown", async () => {
    const { token, secret } = await context.create();
    failing.isFailing = true;
    await expectPending(tokens.revoke(token.id, COMMAND_LINE));
    const showing = { traceId: "1", requestId: "1", ip: null, path: "/", caller: null };
    await tokens.authenticate(secret, "counted", showing);
    expect(context.reuses).toMatchObject([{ token: { id: token.id }, end: { why: "revoked" } }]);
  });

  test("refuses the descendants too, if they were to be revoked", async () => {
    const { id, children } = await parent(1);
    const other = await context.create();
    failing.isFailing = true;
    await expectPending(revokeAll(id), { token: true, descendants: 1 });
    expect(await refusalOf(children[0]?.secret ?? "")).toBe("revoked");
    expect(await refusalOf(other.secret)).toBeNull();
    await writePending();
    expect(revoked().map(([target]) => target)).toEqual([id, children[0]?.token.id ?? ""]);
  });

  test("comes before every other change, and its token changes nothing any more", async () => {
    const { id, actor } = await parent();
    failing.isFailing = true;
    await expectPending(tokens.revoke(id, COMMAND_LINE));
    await expect(tokens.create(REQUEST, COMMAND_LINE)).rejects.toBeInstanceOf(StoreUnavailable);
    failing.isFailing = false;
    const refused = { refused: "unauthenticated", reason: "revoked" } as const;
    expect(await tokens.create(REQUEST, actor)).toEqual(refused);
    const actions = context.changes.map(({ action }) => action);
    expect(actions).toEqual(["api-token.create", "api-token.revoke"]);
  });

  test("that waits in a queue does not let a change of its token come first", async () => {
    const { id, actor } = await parent();
    const planned = Promise.withResolvers<void>();
    const change = context.store.change.bind(context.store);
    // The creation is begun, and gets to the store only after the revocation has failed.
    context.store.change = async (scope, plan) => {
      if (scope.actor === id) await planned.promise;
      return await change(scope, plan);
    };
    const creating = tokens.create(REQUEST, actor);
    failing.isFailing = true;
    await expectPending(tokens.revoke(id, COMMAND_LINE));
    failing.isFailing = false;
    planned.resolve();
    expect(await creating).toEqual({ refused: "unauthenticated", reason: "revoked" });
  });

  test("as a whole is written in parts, the token itself first", async () => {
    const { id, children } = await parent(1);
    const { now } = context.clock;
    failing.width = 1;
    expect(outcomeOf(await revokeAll(id))).toMatchObject({
      token: { id, revokedAt: now },
      wasRevoked: false,
      descendants: [{ id: children[0]?.token.id, revokedAt: null }],
    });
    expect(revoked().map(([target]) => target)).toEqual([id, children[0]?.token.id ?? ""]);
    // Many at once do not use up the space for revocations before they fail.
    expect(failing.tried).toEqual([
      [2, false],
      [1, true],
      [1, true],
    ]);
  });

  test("of many descendants lets others run between its parts", async () => {
    const { id } = await parent(20);
    failing.width = 4;
    let turns = 0;
    let isOver = false;
    const turn = () => {
      turns += 1;
      if (!isOver) setImmediate(turn);
    };
    setImmediate(turn);
    outcomeOf(await revokeAll(id));
    isOver = true;
    expect(turns).toBeGreaterThanOrEqual(failing.tried.length - 1);
  });

  test("is no failure of another revocation that is on disk", async () => {
    const { id, children } = await parent(1);
    const child = children[0]?.token.id ?? "";
    const other = await context.create();
    failing.large.add(child);
    await expectPending(revokeAll(id), { token: false, descendants: 1 });
    const { now } = context.clock;
    const revocation = outcomeOf(await tokens.revoke(other.token.id, COMMAND_LINE));
    expect(revocation).toMatchObject({ token: { revokedAt: now }, wasRevoked: false });
    expect(tokens.pendingRevocations).toEqual([child]);
  });

  test("is written in the name of its actor until that is revoked itself", async () => {
    const { id: caller, actor } = await parent();
    const ids: string[] = [];
    while (ids.length < 3) ids.push((await context.create()).token.id);
    const [first = "", second = "", third = ""] = ids;
    failing.isFailing = true;
    for (const id of [first, second]) await expectPending(tokens.revoke(id, actor));
    await expectPending(tokens.revoke(caller, COMMAND_LINE));
    await writePending();
    expect(outcomeOf(await tokens.revoke(third, COMMAND_LINE)).wasRevoked).toBe(false);
    expect(revoked()).toEqual([
      [first, caller],
      [second, caller],
      [caller, null],
      [third, null],
    ]);
  });

  test("leaves out the name of an actor that is revoked before it in the same batch", async () => {
    const { id: caller, actor } = await parent();
    const { token: first } = await context.create();
    const { token: second } = await context.create();
    const { id: target, children } = await parent(1);
    failing.isFailing = true;
    for (const { id } of [first, second]) await expectPending(tokens.revoke(id, COMMAND_LINE));
    await expectPending(revokeAll(target, actor), { token: true, descendants: 1 });
    await expectPending(tokens.revoke(caller, COMMAND_LINE));
    await writePending();
    expect(revoked()).toEqual([
      [first.id, null],
      [second.id, null],
      [target, caller],
      [caller, null],
      [children[0]?.token.id ?? "", null],
    ]);
  });

  test("holds up no other: named tokens come first, then descendants that may write", async () => {
    const { id: thief, actor } = await parent();
    const read = await context.create({}, actor);
    const write = await context.create({ access: "write" }, actor);
    const other = await context.create();
    failing.space = 0;
    await expectPending(revokeAll(thief), { token: true, descendants: 2 });
    await expectPending(tokens.revoke(other.token.id, COMMAND_LINE));
    failing.space = 3;
    await expect(writePending()).rejects.toBeInstanceOf(StoreUnavailable);
    expect(revoked().map(([target]) => target)).toEqual([thief, other.token.id, write.token.id]);
    expect(tokens.pendingRevocations).toEqual([read.token.id]);
    expect(await refusalOf(read.secret)).toBe("revoked");
  });

  test.each(["in the name of an actor that has expired", "without an actor that was revoked"])(
    "is written %s meanwhile",
    async (how) => {
      const caller = await context.create({ access: "write", expiresAt: context.clock.now + 10 });
      const actor: Actor = { ...actorOf(caller.token.id), traceId: "trace" };
      const { token } = await context.create();
      failing.isFailing = true;
      await expectPending(tokens.revoke(token.id, actor));
      failing.isFailing = false;
      const isExpired = how.includes("expired");
      if (isExpired) context.clock.step(20);
      // By another process, which knows nothing of the revocation that waits.
      else outcomeOf(await context.beside().revoke(caller.token.id, COMMAND_LINE));
      await writePending();
      const tokenId = isExpired ? caller.token.id : null;
      expect(context.changes.at(-1)).toMatchObject({
        target: token.id,
        actor: { tokenId, traceId: "trace" },
      });
    },
  );

  test("of a token that is not there, or that is revoked, is answered as ever", async () => {
    const { token } = await context.create();
    outcomeOf(await tokens.revoke(token.id, COMMAND_LINE));
    failing.isFailing = true;
    const unknown = await tokens.revoke("atok_00000000000000000000", COMMAND_LINE);
    expect(unknown).toEqual({ refused: "not-found", resource: "api-token" });
    expect(await tokens.revoke(token.id, COMMAND_LINE)).toMatchObject({ wasRevoked: true });
    await tokens.writePendingRevocations();
  });

  test("is not remembered by a process that ends after it", async () => {
    tokens = tokensThat(false);
    const { token, secret } = await context.create();
    failing.isFailing = true;
    const revoking = tokens.revoke(token.id, COMMAND_LINE);
    await expect(revoking).rejects.toMatchObject({ outcome: "unchanged" });
    expect(await refusalOf(secret)).toBeNull();
  });
});

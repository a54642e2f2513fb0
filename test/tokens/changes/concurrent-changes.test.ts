import { expect, test } from "bun:test";
import { isRefusal } from "../../../src/tokens/refusal.ts";
import { actorOf, REQUEST } from "../../support/new-token.ts";
import { auditTrail } from "../../support/store/store.ts";
import { failAudit, useTestStore } from "../../support/use-test-store.ts";

const context = useTestStore();

/** The ids of the tokens, and the targets of the events of their creation, each in the order of the ids. */
function recorded() {
  const ids = context.connect().query("SELECT id FROM token ORDER BY id").values().flat();
  const creations = auditTrail(context).filter(({ action }) => action === "api-token.create");
  return { ids, targets: creations.map(({ target }) => target) };
}

test("changes at the same moment get ids in the order in which they were asked for, and so are reported", async () => {
  const names = Array.from({ length: 50 }, (_, index) => `token ${index}`);
  const created = await Promise.all(names.map((description) => context.create({ description })));
  const ids = created.map(({ token }) => token.id);
  expect(ids).toEqual(ids.toSorted());
  expect(new Set(ids).size).toBe(ids.length);
  expect(created.map(({ token }) => token.description)).toEqual(names);
  expect(recorded()).toEqual({ ids, targets: ids });
  const events = auditTrail(context).map(({ id }) => String(id));
  expect(context.changes.map(({ id }) => id)).toEqual(events);
});

test("a change sees those before it at the same moment: a revoked token makes no more of them", async () => {
  const { token } = await context.create({ access: "write" });
  const actor = actorOf(token.id);
  const create = () => context.tokens.create(REQUEST, actor);
  const [before, , after] = await Promise.all([create(), context.tokens.revoke(token.id, actor), create()]);
  expect(isRefusal(before)).toBe(false);
  expect(after).toEqual({ refused: "unauthenticated", reason: "revoked" });
  const actions = auditTrail(context).map(({ action }) => action);
  expect(actions).toEqual(["api-token.create", "api-token.create", "api-token.revoke"]);
});

test("a change without its audit event is undone, and the others at the same moment are made", async () => {
  failAudit(context, "NEW.changes LIKE '%lost%'");
  const names = ["first", "lost", "last"];
  const outcomes = await Promise.allSettled(names.map((description) => context.create({ description })));
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  const { ids, targets } = recorded();
  expect(targets.map(String)).toEqual(ids.map(String));
  expect(ids).toHaveLength(2);
});

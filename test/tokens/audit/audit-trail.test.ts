import { describe, expect, test } from "bun:test";
import { COMMAND_LINE } from "../../../src/tokens/audit/audit-event.ts";
import { CALLER } from "../../support/new-token.ts";
import { EVERYTHING, outcomeOf, TestStore } from "../../support/store/store.ts";
import { useTestStore } from "../../support/use-test-store.ts";

const context = useTestStore();

describe("the audit trail", () => {
  test("has every reported change, newest first", async () => {
    using context = TestStore.withCaller();
    const { token } = await context.create({ description: "CI", audiences: ["wiki"] }, CALLER);
    outcomeOf(await context.tokens.update(token.id, { description: null }, COMMAND_LINE));
    outcomeOf(await context.tokens.rotate(token.id, { overlapSeconds: 0, expiresAt: null }, CALLER));
    const { rows } = outcomeOf(await context.auditTrail.list(EVERYTHING));
    expect(rows).toEqual(context.changes.toReversed());
    expect(rows.map(({ action }) => action.replace("api-token.", "")).join(" ")).toBe(
      "rotate create update create",
    );
  });

  test("takes no cursor of a list of tokens, nor gives one that such a list takes", async () => {
    for (let count = 0; count < 2; count += 1) await context.create();
    const page = { ...EVERYTHING, limit: 1 };
    const { cursor } = outcomeOf(await context.auditTrail.list(page));
    const { cursor: other } = outcomeOf(await context.tokens.list(page));
    outcomeOf(await context.auditTrail.list({ ...page, cursor }));
    outcomeOf(await context.tokens.list({ ...page, cursor: other }));
    const issues = [expect.objectContaining({ path: "pagination.cursor" })];
    const refused = { refused: "invalid", issues } as const;
    expect(await context.auditTrail.list({ ...page, cursor: other })).toEqual(refused);
    expect(await context.tokens.list({ ...page, cursor })).toEqual(refused);
  });
});

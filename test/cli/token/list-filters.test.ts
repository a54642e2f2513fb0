import { describe, expect, test } from "bun:test";
import { type FilterFlags, listConditions } from "../../../src/cli/token/list-filters.ts";
import { UsageError } from "../../../src/settings/usage-error.ts";
import { newToken } from "../../support/new-token.ts";
import { EVERYTHING, outcomeOf, TestStore } from "../../support/store/store.ts";

const DAY = 86_400;

/** A store with a token for each thing that a filter tells apart, by the last part of its id. */
async function storeOfMany(): Promise<TestStore> {
  const context = new TestStore();
  const { now } = context.clock;
  const old = { createdAt: now - 100 * DAY };
  const tokens = {
    fresh: {},
    idle: { ...old, lastUsedAt: now - 91 * DAY, audiences: ["wiki"] },
    edge: { ...old, lastUsedAt: now - 90 * DAY },
    busy: { ...old, lastUsedAt: now - DAY, audiences: ["git", "wiki"], expiresAt: now + 30 * DAY },
    unused: { ...old, expiresAt: now + 30 * DAY + 1 },
    soon: { lastUsedAt: now, expiresAt: now + 1, audiences: ["git"] },
    expired: { ...old, lastUsedAt: now - 95 * DAY, expiresAt: now },
    revoked: { ...old, revokedAt: now - 95 * DAY, audiences: ["wiki"], expiresAt: now + DAY },
  };
  for (const [name, values] of Object.entries(tokens).sort(([one], [other]) => (one < other ? -1 : 1)))
    await context.add(newToken(`atok_${name}`, { createdAt: now, ...values }));
  return context;
}

async function listed(flags: FilterFlags): Promise<string[]> {
  using context = await storeOfMany();
  const conditions = listConditions(flags, context.clock.now);
  const { rows } = outcomeOf(await context.tokens.list({ ...EVERYTHING, conditions }));
  return rows.map(({ id }) => id.replace("atok_", "")).sort();
}

const NOT_REVOKED = ["busy", "edge", "expired", "fresh", "idle", "soon", "unused"];

describe("token list", () => {
  test.each<[FilterFlags, string[]]>([
    [{}, NOT_REVOKED],
    [{ all: true }, [...NOT_REVOKED, "revoked"].sort()],
    [{ status: ["revoked"] }, ["revoked"]],
    [{ status: ["expired", "revoked"] }, ["expired", "revoked"]],
    [{ status: ["active"] }, ["busy", "edge", "fresh", "idle", "soon", "unused"]],
    [{ audience: ["wiki"] }, ["busy", "idle"]],
    [{ audience: ["wiki", "git"] }, ["busy", "idle", "soon"]],
    [{ audience: ["wiki"], all: true }, ["busy", "idle", "revoked"]],
    [{ unusedFor: "90d" }, ["expired", "idle", "unused"]],
    [{ unusedFor: "90d", status: ["active"] }, ["idle", "unused"]],
    [{ unusedFor: "1s", status: ["revoked"] }, ["revoked"]],
    [{ expiringWithin: "30d" }, ["busy", "soon"]],
    [{ expiringWithin: "1s" }, ["soon"]],
    [{ expiringWithin: "5w", unusedFor: "2w" }, ["unused"]],
    [{ expiringWithin: "30d", audience: ["git"], unusedFor: "1h", status: ["active"] }, ["busy"]],
  ])("%j", async (flags, names) => {
    expect(await listed(flags)).toEqual(names);
  });

  test.each<[FilterFlags, string]>([
    [{ status: ["gone"] }, '--status must be one of active, expired, revoked, and is "gone".'],
    [{ audience: ["wiki", "Git"] }, "--audience must be a name of"],
    [{ unusedFor: "90" }, "--unused-for must be a whole number above 0 with s, m, h, d or w behind it"],
    [{ unusedFor: "0d" }, "--unused-for must be a whole number above 0"],
    [{ expiringWithin: "1y" }, "--expiring-within must be a whole number above 0"],
  ])("%j is refused", (flags, said) => {
    expect(() => listConditions(flags, 0)).toThrow(UsageError);
    expect(() => listConditions(flags, 0)).toThrow(said);
  });
});

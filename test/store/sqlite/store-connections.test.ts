import { expect, test } from "bun:test";
import { readFileSync, renameSync, truncateSync } from "node:fs";
import { COMMAND_LINE } from "../../../src/tokens/audit/audit-event.ts";
import type { Condition } from "../../../src/tokens/listing/listing.ts";
import { digestOf } from "../../../src/tokens/secret/secret.ts";
import { summaryQuery } from "../../../src/tokens/summary.ts";
import { StoreUnavailable } from "../../../src/tokens/token-store.ts";
import { tokenOf } from "../../support/new-token.ts";
import { EVERYTHING, type TestStore } from "../../support/store/store.ts";
import { useStore } from "../../support/store/use.ts";

const context = useStore();

const PATTERN: Condition = {
  op: "regex",
  key: "description",
  pattern: { source: "", caseInsensitive: false, size: 1, matches: () => true },
};

/** Every way to the store; each is to be refused once it is damaged. */
const WAYS: readonly [string, (context: TestStore, id: string) => unknown][] = [
  ["ping", ({ store }) => store.ping()],
  ["see that there is a token", ({ store }) => store.isEmpty()],
  ["find by id", ({ store }, id) => store.findById(id)],
  ["find by digest", ({ store }) => store.findByDigest(new Uint8Array(32))],
  ["find by digests", ({ store }) => store.findByDigests([new Uint8Array(32)])],
  ["list", ({ tokens }) => tokens.list(EVERYTHING)],
  ["search", ({ tokens }) => tokens.list({ ...EVERYTHING, conditions: [PATTERN] })],
  ["list the audit trail", ({ auditTrail }) => auditTrail.list(EVERYTHING)],
  ["last audit event", ({ store }) => store.auditTrail.lastId()],
  ["create", (context) => context.create()],
  ["revoke", ({ tokens }, id) => tokens.revoke(id, COMMAND_LINE)],
  [
    "dry run",
    ({ store }) =>
      store.change({ actor: null, target: null, isDryRun: true }, () => ({ added: [], updated: [] })),
  ],
  ["count uses", ({ store }) => store.usage.add([])],
  ["forget uses", ({ store }) => store.usage.forget("hour", 1)],
];

async function outcomeOf(way: (context: TestStore, id: string) => unknown, id: string): Promise<unknown> {
  return await (async () => await way(context, id))().catch((error: unknown) => error);
}

test.each(WAYS)("a damaged store refuses everything, and nothing is written: %s", async (_, way) => {
  const { token } = await context.create();
  await way(context, token.id);
  context.store.markDamaged();
  const files = () => ["", "-wal"].map((end) => readFileSync(context.directory.database + end).toHex());
  const before = files();
  expect(await outcomeOf(way, token.id)).toBeInstanceOf(StoreUnavailable);
  context.store.tidyWal();
  context.store.tidyWal();
  expect(files()).toEqual(before);
});

test("a store that lost one of its files finds no token, alone or among others", async () => {
  const { secret } = await context.create();
  const file = `${context.directory.database}-wal`;
  renameSync(file, `${file}.away`);
  expect(context.store.isLost()).toBe(true);
  expect(() => context.store.findByDigest(digestOf(secret))).toThrow(StoreUnavailable);
  expect(() => context.store.findByDigests([digestOf(secret)])).toThrow(StoreUnavailable);
  renameSync(`${file}.away`, file);
  expect(context.store.isLost()).toBe(false);
  expect(context.store.findByDigests([digestOf(secret)])).toHaveLength(1);
});

// Without those that do not come to the file: the trail of a test is made anew, and no uses are counted.
const READING = WAYS.filter(([name]) => name !== "list the audit trail" && name !== "count uses");

test.each(READING)("a store whose file is spoilt meanwhile is unavailable: %s", async (_, way) => {
  context.store.ping();
  context.hold(Array.from({ length: 500 }, (_, number) => tokenOf(`atok_${number}`)));
  context.store.checkpoint();
  truncateSync(context.directory.database, 4096);
  expect(await outcomeOf(way, "atok_1")).toBeInstanceOf(StoreUnavailable);
});

test("a long read under way ends once the store is found damaged", async () => {
  const read = context.store.summary(summaryQuery(0));
  context.store.markDamaged();
  await expect(read).rejects.toMatchObject({ reason: "closing" });
});

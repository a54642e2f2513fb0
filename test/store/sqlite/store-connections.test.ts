import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { ScanScheduler } from "../../../src/store/sqlite/list/scan-scheduler.ts";
import { StoreConnections } from "../../../src/store/sqlite/store-connections.ts";
import { COMMAND_LINE } from "../../../src/tokens/audit/audit-event.ts";
import { StoreUnavailable } from "../../../src/tokens/token-store.ts";
import { EVERYTHING, TestStore } from "../../support/store/store.ts";

/** Every way to the store; each is to be refused once it is damaged. */
const WAYS: readonly [string, (context: TestStore, id: string) => unknown][] = [
  ["ping", ({ store }) => store.ping()],
  ["find by id", ({ store }, id) => store.findById(id)],
  ["find by digest", ({ store }) => store.findByDigest(new Uint8Array(32))],
  ["list", async ({ tokens }) => await tokens.list(EVERYTHING)],
  ["list the audit trail", async ({ auditTrail }) => await auditTrail.list(EVERYTHING)],
  ["last audit event", ({ store }) => store.auditTrail.lastId()],
  ["create", async (context) => await context.create()],
  ["revoke", async ({ tokens }, id) => await tokens.revoke(id, COMMAND_LINE)],
  [
    "dry run",
    async ({ store }) =>
      await store.change({ actor: null, target: null, isDryRun: true }, () => ({ added: [], updated: [] })),
  ],
  ["count uses", async ({ store }) => await store.usage.add([])],
  ["forget uses", async ({ store }) => await store.usage.forget("hour", 1)],
];

test.each(WAYS)("a damaged store refuses everything, and nothing is written: %s", async (_, way) => {
  using context = new TestStore();
  const { token } = await context.create();
  await way(context, token.id);
  const { database } = context.directory;
  context.store.markDamaged();
  const files = ["", "-wal"].map((end) => readFileSync(database + end).toHex());
  const refused = await (async () => await way(context, token.id))().catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(StoreUnavailable);
  context.store.tidyWal();
  context.store.tidyWal();
  expect(["", "-wal"].map((end) => readFileSync(database + end).toHex())).toEqual(files);
});

test("a long read under way ends once the store is found damaged", async () => {
  using context = new TestStore();
  const wal = { size: 0, limit: 0, isTooLarge: false, tryToCut: () => undefined };
  const scans = new ScanScheduler(context.directory.database, wal);
  const connections = new StoreConnections(context.connect(), scans);
  const read = connections.scans.run(null, async (scan) => {
    connections.markDamaged();
    await scan.rest();
  });
  await expect(read).rejects.toMatchObject({ reason: "closing" });
});

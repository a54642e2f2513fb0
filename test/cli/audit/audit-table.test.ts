import { expect, test } from "bun:test";
import { join } from "node:path";
import { auditTable as auditTableParts } from "../../../src/cli/audit/audit-table.ts";
import type { AuditEvent } from "../../../src/tokens/audit/audit-event.ts";
import type { Page } from "../../../src/tokens/listing/paging.ts";
import { expectGolden } from "../../support/golden.ts";
import { A_MOMENT, eventOf, CALLER as SOMEBODY } from "../../support/new-token.ts";
import { inTurn, joined } from "../../support/parts.ts";

const CALLER = { ...SOMEBODY, tokenId: "atok_caller" };

async function auditTable(page: Page<AuditEvent>, target: string | null): Promise<string> {
  return await joined(auditTableParts(inTurn(page), target, null));
}

const EVENTS: readonly AuditEvent[] = [
  { ...eventOf("atok_2", "aevt_5"), action: "api-token.revoke", changes: { revoked_at: A_MOMENT } },
  {
    ...eventOf("atok_2", "aevt_4"),
    action: "api-token.rotate",
    actor: CALLER,
    changes: { replaced_by: "atok_3", expires_at: A_MOMENT },
  },
  {
    ...eventOf("atok_2", "aevt_3"),
    action: "api-token.update",
    actor: { ...CALLER, ip: "2001:db8::1" },
    changes: { description: 'a "b"', expires_at: null },
  },
  {
    ...eventOf("atok_2", "aevt_2"),
    actor: CALLER,
    changes: { access: "read", audiences: ["wiki", "git"], description: null, expires_at: A_MOMENT },
  },
];

test("changes are a table or a sentence, to one token or to all", async () => {
  const [first] = EVENTS;
  const tables = [
    await auditTable({ rows: EVENTS, cursor: null }, "atok_2"),
    await auditTable({ rows: first === undefined ? [] : [first], cursor: "more" }, null),
    await auditTable({ rows: [], cursor: null }, null),
    await auditTable({ rows: [], cursor: null }, "atok_9"),
  ];
  await expectGolden(join(import.meta.dir, "audit-table.txt"), tables.join("\n"));
});

test("a mark at the start of a description does not change the quotation mark before it", async () => {
  const event = { ...eventOf("atok_1"), changes: { description: "\u0336x" } };
  expect(await auditTable({ rows: [event], cursor: null }, null)).toContain('description="⟨U+0336⟩x"');
});

test("text from outside cannot drive a terminal, nor make a line of its own", async () => {
  const text = "\u001b[2J\u009b2Ja\nb\r\u0007\u0000\u2028\u202e\u2066\u007f";
  const event = eventOf("atok_1");
  const rows = [
    { ...event, actor: { ...CALLER, ip: text }, changes: { description: text, replaces: text } },
    { ...event, target: text, actor: { ...CALLER, tokenId: text } },
  ];
  const shown = await auditTable({ rows, cursor: null }, null);
  expect(shown.trimEnd().split("\n")).toHaveLength(3);
  expect(shown.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202e\u2066]/u);
  expect(shown).toContain("⟨U+");
});

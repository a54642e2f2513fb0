import { expect, test } from "bun:test";
import { auditTable as auditTableParts } from "../../../src/cli/audit/audit-table.ts";
import type { AuditEvent } from "../../../src/tokens/audit/audit-event.ts";
import type { Page } from "../../../src/tokens/listing/paging.ts";
import { inTurn, joined } from "../../support/http/parts.ts";
import { A_MOMENT, eventOf, CALLER as SOMEBODY } from "../../support/new-token.ts";

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

test("changes are a table for people, a line each, without a column for the one token", async () => {
  expect(await auditTable({ rows: EVENTS, cursor: null }, "atok_2")).toBe(
    [
      "TIME                  CHANGE  BY            FROM         NEW VALUES",
      "2026-06-01T12:00:00Z  revoke  command line               revoked_at=2026-06-01T12:00:00Z",
      "2026-06-01T12:00:00Z  rotate  atok_caller   192.0.2.1    replaced_by=atok_3 expires_at=2026-06-01T12:00:00Z",
      '2026-06-01T12:00:00Z  update  atok_caller   2001:db8::1  description="a \\"b\\"" expires_at=none',
      "2026-06-01T12:00:00Z  create  atok_caller   192.0.2.1    access=read audiences=wiki,git expires_at=2026-06-01T12:00:00Z",
      "",
    ].join("\n"),
  );
});

test("changes to all tokens name theirs, and that there are more", async () => {
  expect(await auditTable({ rows: EVENTS.slice(0, 1), cursor: "x" }, null)).toBe(
    [
      "TIME                  CHANGE  TOKEN   BY            FROM  NEW VALUES",
      "2026-06-01T12:00:00Z  revoke  atok_2  command line        revoked_at=2026-06-01T12:00:00Z",
      "There are older changes; --limit shows more.",
      "",
    ].join("\n"),
  );
});

test("no changes are a sentence", async () => {
  expect(await auditTable({ rows: [], cursor: null }, null)).toBe("There are no changes.\n");
  expect(await auditTable({ rows: [], cursor: null }, "atok_9")).toBe("There are no changes to atok_9.\n");
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

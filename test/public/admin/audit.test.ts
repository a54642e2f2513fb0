import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  type AuditView,
  auditBody,
  auditQueryOf,
  auditViewFrom,
  leavesOut,
  narrowed,
  PARTS,
  WHOLE_TRAIL,
} from "../../../public/admin/activity/audit-view.ts";
import { phrasesOf, verbOf } from "../../../public/admin/activity/audit-words.ts";
import { chunks } from "../../../public/admin/api/chunks.ts";
import { AUDIT_ACTIONS } from "../../../public/admin/api/record-types.ts";

/** A change as one line of text, with ids of tokens in <> and quoted text in “”. */
function lineOf(action: string, changes: Readonly<Record<string, unknown>>): string {
  const phrases = phrasesOf(action, changes).map((phrase) =>
    phrase
      .map((piece) => {
        if (typeof piece === "string") return piece;
        return "token" in piece ? `<${piece.token}>` : `“${piece.quoted}”`;
      })
      .join(""),
  );
  return `${verbOf(action)}: ${phrases.join("; ")}`;
}

const END = { expires_at: "2026-12-31T23:59:59Z" };
const UNTIL = "until 31 Dec 2026, 23:59:59 UTC";

describe("words for changes", () => {
  test.each([
    [
      "api-token.create",
      { access: "write", audiences: null, description: null, expires_at: null },
      "Created: write access to Publisher itself; works until it is revoked",
    ],
    [
      "api-token.create",
      { access: "read", audiences: ["billing", "reports"], description: "A", ...END, replaces: "atok_1" },
      `Created: in the place of <atok_1>; read access to billing and reports; called “A”; works ${UNTIL}`,
    ],
    [
      "api-token.create",
      { access: "read", audiences: ["wiki"], verifies: true, description: "W", expires_at: null },
      "Created: checks tokens for wiki; called “W”; works until it is revoked",
    ],
    ["api-token.update", { description: "<b>B</b>" }, "Edited: now called “<b>B</b>”"],
    [
      "api-token.update",
      { description: null, expires_at: null },
      "Edited: its description was removed; now works until it is revoked",
    ],
    ["api-token.update", END, `Edited: now works ${UNTIL}`],
    ["api-token.rotate", { replaced_by: "atok_2", ...END }, `Rotated: replaced by <atok_2>; works ${UNTIL}`],
    [
      "api-token.rotate",
      { replaced_by: "atok_2", revoked_at: "2026-12-31T23:59:59Z" },
      "Rotated: replaced by <atok_2>; the old secret was revoked at once",
    ],
    ["api-token.revoke", { revoked_at: "2026-12-31T23:59:59Z" }, "Revoked: "],
  ])("%s of %j", (action, changes, words) => {
    expect(lineOf(action, changes)).toBe(words);
  });

  test("an unknown change is shown as it came", () => {
    expect(lineOf("api-token.lend", { borrower: "Ann", days: [1, 2] })).toBe(
      "api-token.lend: borrower: “Ann”; days: “[1,2]”",
    );
  });

  test("odd values do not keep a change from being shown", () => {
    const keys = [
      "access",
      "audiences",
      "description",
      "expires_at",
      "revoked_at",
      "replaced_by",
      "replaces",
    ];
    const anything = fc.dictionary(fc.constantFrom(...keys, "verifies", "odd"), fc.jsonValue());
    fc.assert(
      fc.property(fc.constantFrom(...AUDIT_ACTIONS, "other"), anything, (action, changes) => {
        expect(lineOf(action, changes)).toStartWith(`${verbOf(action)}: `);
      }),
    );
  });
});

const day = fc
  .date({ min: new Date("1970-01-01"), max: new Date("2999-12-31"), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));

const view: fc.Arbitrary<AuditView> = fc
  .record({
    action: fc.option(fc.constantFrom(...AUDIT_ACTIONS)),
    part: fc.constantFrom(...PARTS),
    token: fc.option(fc.stringMatching(/^atok_[0-9A-Za-z]{1,64}$/)),
    from: fc.option(day),
    to: fc.option(day),
    page: fc.integer({ min: 2, max: 1000 }),
    cursor: fc.option(fc.base64String({ minLength: 4 })),
  })
  .map((drawn) => (drawn.cursor === null ? { ...drawn, page: 1 } : drawn));

describe("the audit trail's address", () => {
  test("brings back the very view that it was made of", () => {
    fc.assert(
      fc.property(view, (drawn) => {
        expect(auditViewFrom(auditQueryOf(drawn))).toEqual(drawn);
      }),
    );
    expect(auditQueryOf(WHOLE_TRAIL)).toBe("");
  });

  test("is that of the whole trail where it makes no sense", () => {
    expect(auditViewFrom("action=odd&part=all&token=sk_live_1&from=2026-02-30&to=now&page=7")).toEqual(
      WHOLE_TRAIL,
    );
  });
});

describe("a call for the audit trail", () => {
  const filters = (change: Partial<AuditView>) => auditBody(narrowed(WHOLE_TRAIL, change));
  const asking = (...conditions: readonly object[]) => ({
    pagination: { limit: 50, cursor: null },
    filters: conditions,
  });
  const [target, actor] = [
    { key: "target", eq: "atok_1" },
    { key: "actor", eq: "atok_1" },
  ];

  test.each([
    [{}, []],
    [{ action: "api-token.revoke" }, [{ key: "action", eq: "api-token.revoke" }]],
    [{ token: "atok_1" }, [{ or: [target, actor] }]],
    [{ token: "atok_1", part: "target" }, [target]],
    [{ token: "atok_1", part: "actor" }, [actor]],
    [{ token: "atok_1", part: "command-line" }, [{ key: "actor", exists: false }, target]],
    [{ part: "command-line" }, [{ key: "actor", exists: false }]],
    [
      { from: "2026-12-01", to: "2026-12-31" },
      [
        { key: "at", gt: "2026-11-30T23:59:59Z" },
        { key: "at", lt: "2027-01-01T00:00:00Z" },
      ],
    ],
  ] as const)("%j", (change, conditions) => {
    expect(filters(change)).toEqual(asking(...conditions));
    expect(leavesOut({ ...WHOLE_TRAIL, ...change })).toBe(conditions.length > 0);
  });

  test("goes out in chunks, of which none is too large and none is empty", () => {
    const list = Array.from({ length: 205 }, (_, index) => index);
    expect(chunks(list, 100).map(({ length }) => length)).toEqual([100, 100, 5]);
    expect(chunks(list, 100).flat()).toEqual(list);
    expect(chunks([], 100)).toEqual([]);
  });
});

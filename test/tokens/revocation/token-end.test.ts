import { expect, test } from "bun:test";
import type { AuditAction, AuditEvent } from "../../../src/tokens/audit/audit-event.ts";
import { endedAgain, type KnownEnd, together } from "../../../src/tokens/revocation/token-end.ts";
import type { Token } from "../../../src/tokens/token.ts";
import { tokenOf } from "../../support/new-token.ts";

const NOTHING: KnownEnd = { token: "atok_1", revokedAt: null, expiresAt: null, replacedBy: null };

const CASES: readonly [
  name: string,
  backup: Partial<Token>,
  known: Partial<KnownEnd>,
  action: AuditAction | null,
  changes: AuditEvent["changes"],
][] = [
  ["nothing is known", {}, {}, null, {}],
  ["it was revoked since", {}, { revokedAt: 5 }, "api-token.revoke", { revoked_at: 5 }],
  ["it was revoked before, at another time", { revokedAt: 4 }, { revokedAt: 5 }, null, {}],
  [
    "it was replaced with an overlap",
    {},
    { replacedBy: "atok_2", expiresAt: 9 },
    "api-token.rotate",
    { replaced_by: "atok_2", expires_at: 9 },
  ],
  [
    "it was replaced and revoked",
    { expiresAt: 7 },
    { replacedBy: "atok_2", expiresAt: 9, revokedAt: 5 },
    "api-token.rotate",
    { replaced_by: "atok_2", revoked_at: 5 },
  ],
  ["it was replaced before", { replacedBy: "atok_3" }, { replacedBy: "atok_2" }, null, {}],
  [
    "its expiry was brought nearer",
    { expiresAt: 9 },
    { expiresAt: 8 },
    "api-token.update",
    { expires_at: 8 },
  ],
  ["its expiry was put off", { expiresAt: 8 }, { expiresAt: 9 }, null, {}],
  ["its expiry was taken away", { expiresAt: 8 }, { expiresAt: null }, null, {}],
];

test.each(CASES)("a token of a backup where %s", (_, backup, known, action, changes) => {
  const token = tokenOf("atok_1", backup);
  const ended = endedAgain(token, { ...NOTHING, ...known });
  if (action === null) return expect(ended).toBeNull();
  const end = {
    revokedAt: known.revokedAt ?? token.revokedAt,
    replacedBy: known.replacedBy ?? token.replacedBy,
    expiresAt: "expires_at" in changes ? (known.expiresAt ?? null) : token.expiresAt,
  };
  expect(ended).toEqual({ action, changes, end });
});

test("two ends of a token are merged, and the earlier expiry counts", () => {
  const one = { ...NOTHING, revokedAt: 5, expiresAt: 9 };
  const other = { ...NOTHING, replacedBy: "atok_2", expiresAt: 8 };
  const both = { token: "atok_1", revokedAt: 5, expiresAt: 8, replacedBy: "atok_2" };
  expect(together(one, other)).toEqual(both);
  expect(together(other, one)).toEqual(both);
});

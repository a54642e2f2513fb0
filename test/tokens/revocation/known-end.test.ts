import { describe, expect, test } from "bun:test";
import { endedAgain, type KnownEnd, together } from "../../../src/tokens/revocation/known-end.ts";
import type { Token } from "../../../src/tokens/token.ts";
import { tokenOf } from "../../support/new-token.ts";

const NOTHING: KnownEnd = { token: "atok_1", revokedAt: null, expiresAt: null, replacedBy: null };

interface Case {
  readonly what: string;
  readonly backup: Partial<Token>;
  readonly known: Partial<KnownEnd>;
  readonly action: string | null;
  readonly changes?: object;
}

const CASES: readonly Case[] = [
  { what: "nothing is known", backup: {}, known: {}, action: null },
  {
    what: "it was revoked since",
    backup: {},
    known: { revokedAt: 5 },
    action: "api-token.revoke",
    changes: { revoked_at: 5 },
  },
  {
    what: "it was revoked before, at another time",
    backup: { revokedAt: 4 },
    known: { revokedAt: 5 },
    action: null,
  },
  {
    what: "it was replaced with an overlap",
    backup: {},
    known: { replacedBy: "atok_2", expiresAt: 9 },
    action: "api-token.rotate",
    changes: { replaced_by: "atok_2", expires_at: 9 },
  },
  {
    what: "it was replaced and revoked",
    backup: { expiresAt: 7 },
    known: { replacedBy: "atok_2", expiresAt: 9, revokedAt: 5 },
    action: "api-token.rotate",
    changes: { replaced_by: "atok_2", revoked_at: 5 },
  },
  {
    what: "it was replaced before",
    backup: { replacedBy: "atok_3" },
    known: { replacedBy: "atok_2" },
    action: null,
  },
  {
    what: "its expiry was brought nearer",
    backup: { expiresAt: 9 },
    known: { expiresAt: 8 },
    action: "api-token.update",
    changes: { expires_at: 8 },
  },
  { what: "its expiry was put off", backup: { expiresAt: 8 }, known: { expiresAt: 9 }, action: null },
  { what: "its expiry was taken away", backup: { expiresAt: 8 }, known: { expiresAt: null }, action: null },
];

describe("a token of a backup", () => {
  test.each(CASES)("where $what", ({ backup, known, action, changes = {} }) => {
    const token = tokenOf("atok_1", backup);
    const ended = endedAgain(token, { ...NOTHING, ...known });
    expect(ended?.action ?? null).toBe(action as never);
    expect(ended?.changes ?? {}).toEqual({ ...changes });
    if (ended === null) return;
    expect(ended.end).toEqual({
      revokedAt: known.revokedAt ?? token.revokedAt,
      replacedBy: known.replacedBy ?? token.replacedBy,
      expiresAt: "expires_at" in ended.changes ? (known.expiresAt ?? null) : token.expiresAt,
    });
  });
});

test("what two know of a token is put together, and the earlier expiry counts", () => {
  const one = { ...NOTHING, revokedAt: 5, expiresAt: 9 };
  const other = { ...NOTHING, replacedBy: "atok_2", expiresAt: 8 };
  const both = { token: "atok_1", revokedAt: 5, expiresAt: 8, replacedBy: "atok_2" };
  expect(together(one, other)).toEqual(both);
  expect(together(other, one)).toEqual(both);
});

import { expect, test } from "bun:test";
import type { StatusCounts } from "../../../public/admin/api/types.ts";
import {
  alsoRevokeWords,
  noneLeftWords,
  revocableCount,
  revokedWords,
  revokeWords,
} from "../../../public/admin/dialogs/descendants.ts";

const NONE = { read: 0, write: 0 };
const EMPTY: StatusCounts = { active: NONE, expired: NONE, revoked: NONE };

test.each([
  [
    { active: { read: 2, write: 1 }, expired: { read: 1, write: 0 } },
    4,
    "4 descendants",
    "3 active, 1 expired",
  ],
  [{ active: { read: 0, write: 1 }, revoked: { read: 5, write: 5 } }, 1, "1 descendant", "1 active"],
  [{ expired: { read: 1, write: 1 } }, 2, "2 descendants", "2 expired"],
  [{ active: { read: 1500, write: 0 } }, 1500, "1,500 descendants", "1,500 active"],
])("%j are offered by their number", (some, count, tokens, statuses) => {
  const counts = { ...EMPTY, ...some };
  expect(revocableCount(counts)).toBe(count);
  expect(alsoRevokeWords(counts)).toBe(`Also revoke its ${tokens} (${statuses})`);
});

test("other numbers have their own words", () => {
  expect(alsoRevokeWords(null)).toBe("Also revoke its descendants");
  expect(noneLeftWords(EMPTY)).toBe("It has no descendants.");
  const revoked = { ...EMPTY, revoked: { read: 0, write: 1 } };
  expect(noneLeftWords(revoked)).toBe("All its descendants are revoked already.");
});

test.each([
  [undefined, "Revoked CI"],
  [{ ...EMPTY, active: { read: 1, write: 0 } }, "Revoked CI and 1 descendant"],
  [
    { ...EMPTY, active: { read: 1, write: 1 }, expired: { read: 1, write: 0 } },
    "Revoked CI and 3 descendants",
  ],
  [{ ...EMPTY, revoked: { read: 3, write: 0 } }, "Revoked CI. All its descendants are revoked"],
])("after %j it is said what was revoked", (counts, words) => {
  expect(revokedWords("CI", counts)).toBe(words);
});

test.each([
  [false, "none", "Revoke token"],
  [false, "unknown", "Revoke tokens"],
  [true, "unknown", "Revoke tokens"],
  [false, EMPTY, "Revoke token"],
  [false, { ...EMPTY, active: { read: 1, write: 1 }, expired: { read: 1, write: 0 } }, "Revoke 4 tokens"],
  [true, { ...EMPTY, active: { read: 1, write: 1 }, expired: { read: 1, write: 0 } }, "Revoke 3 tokens"],
  [true, { ...EMPTY, active: { read: 1, write: 0 } }, "Revoke token"],
] as const)(
  "where the token was revoked before: %p, and with %j, the button says %p",
  (wasRevoked, chosen, words) => {
    expect(revokeWords(wasRevoked, chosen)).toBe(words);
  },
);

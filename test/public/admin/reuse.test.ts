import { expect, test } from "bun:test";
import { endBeforeReuse } from "../../../public/admin/token-list/reuse.ts";

const NOON = "2026-12-01T12:00:00Z";

test.each([
  ["2026-12-01T12:00:01Z", NOON, "revoked"],
  [NOON, NOON, "revoked"],
  ["2026-12-01T11:59:59Z", NOON, "replaced"],
  [NOON, null, "replaced"],
] as const)("a secret that was shown at %s, of a token revoked at %s", (reused_at, revoked_at, expected) => {
  expect(endBeforeReuse({ reused_at, revoked_at })).toBe(expected);
});

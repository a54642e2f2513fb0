import { expect, test } from "bun:test";
import { OVERLAP_MAX_SECONDS } from "../../src/tokens/limits.ts";
import { replaced, successorExpiry } from "../../src/tokens/rotation-rules.ts";
import { LAST_MOMENT } from "../../src/tokens/time.ts";
import { A_MOMENT, tokenOf } from "../support/new-token.ts";

/** The token was created at A_MOMENT, and is rotated 40 seconds later, or before. */
test.each<
  [name: string, old: number | null, asked: number | null | undefined, ends: number | null, now?: number]
>([
  ["as long as the old one was to, from now", A_MOMENT + 100, undefined, A_MOMENT + 140],
  ["for ever like the old one", null, undefined, null],
  ["as long as is asked", A_MOMENT + 100, A_MOMENT + 47, A_MOMENT + 47],
  ["for ever if that is asked", A_MOMENT + 100, null, null],
  ["no longer than to the last moment", LAST_MOMENT, undefined, LAST_MOMENT],
  [
    "as long as the old one has left, where the clock was set back",
    A_MOMENT - 1,
    undefined,
    A_MOMENT - 1,
    A_MOMENT - 9,
  ],
])("a successor lives %s", (_, expiresAt, asked, ends, now = A_MOMENT + 40) => {
  const request = { overlapSeconds: 1, expiresAt: asked };
  expect(successorExpiry(tokenOf("atok_1", { expiresAt }), request, now)).toBe(ends);
});

test.each([
  [null, 60, { expiresAt: A_MOMENT + 60 }],
  [A_MOMENT + 60, OVERLAP_MAX_SECONDS, { expiresAt: A_MOMENT + 60 }],
  [A_MOMENT + 60, 0, { expiresAt: A_MOMENT + 60, revokedAt: A_MOMENT }],
])("a replaced token that expires at %p ends after an overlap of %p s", (expiresAt, overlapSeconds, end) => {
  const token = tokenOf("atok_1", { expiresAt });
  const request = { overlapSeconds, expiresAt: undefined };
  expect(replaced(token, "atok_2", request, A_MOMENT)).toEqual({ ...token, replacedBy: "atok_2", ...end });
});

import { expect, test } from "bun:test";
import { tokenText } from "../../../src/cli/token/get-token.ts";
import { A_MOMENT, tokenOf } from "../../support/new-token.ts";

test("a token without more than it must have", () => {
  expect(tokenText(tokenOf("atok_1"), A_MOMENT)).toBe(
    [
      "ID                   atok_1",
      "Status               active",
      "Access               read",
      "Audiences            Publisher's own API",
      "Description          none",
      "Secret               sk_live_…abcd",
      "Created              2026-06-01T12:00:00Z",
      "Created by           command line",
      "Expires              never",
      "Last used            never",
      "Revoked              no",
      "Replaced by          no token",
      "Tried after its end  no",
      "",
    ].join("\n"),
  );
});

test("a token with everything, without hidden characters", () => {
  const token = tokenOf("atok_1", {
    verifies: true,
    audiences: ["wiki", "git"],
    description: "a\n\u202eb",
    createdBy: "atok_0",
    expiresAt: A_MOMENT,
    lastUsedAt: A_MOMENT - 1,
    revokedAt: A_MOMENT + 1,
    replacedBy: "atok_2",
    reusedAt: A_MOMENT + 2,
    reusedFrom: "192.0.2.1",
  });
  expect(tokenText(token, A_MOMENT).split("\n")).toEqual([
    "ID                   atok_1",
    "Status               revoked",
    "Access               verifies tokens, and nothing else",
    "Audiences            wiki, git",
    "Description          a⟨U+000A⟩⟨U+202E⟩b",
    "Secret               sk_live_…abcd",
    "Created              2026-06-01T12:00:00Z",
    "Created by           atok_0",
    "Expires              2026-06-01T12:00:00Z",
    "Last used            2026-06-01T11:59:59Z",
    "Revoked              2026-06-01T12:00:01Z",
    "Replaced by          atok_2",
    "Tried after its end  2026-06-01T12:00:02Z, from 192.0.2.1",
    "",
  ]);
});

import { expect, test } from "bun:test";
import { tokenTable as tokenTableParts } from "../../../src/cli/token/token-table.ts";
import type { Token } from "../../../src/tokens/token.ts";
import { A_MOMENT, tokenOf } from "../../support/new-token.ts";
import { inTurn, joined } from "../../support/parts.ts";

async function tokenTable(tokens: readonly Token[], now: number): Promise<string> {
  return await joined(tokenTableParts(inTurn(tokens), now, null));
}

test("tokens are a table for people, a line each", async () => {
  const tokens = [
    tokenOf("atok_3", {
      access: "write",
      description: "CI for the shop",
      hint: "x9Zz",
      lastUsedAt: A_MOMENT - 10,
    }),
    tokenOf("atok_22", { expiresAt: A_MOMENT, createdAt: A_MOMENT - 60 }),
    tokenOf("atok_1", { description: "", expiresAt: A_MOMENT + 1, revokedAt: A_MOMENT - 1 }),
    tokenOf("atok_0", { description: "later", expiresAt: A_MOMENT + 1 }),
  ];
  expect(await tokenTable(tokens, A_MOMENT)).toBe(
    [
      "ID       ACCESS  STATUS   SECRET  CREATED               EXPIRES               LAST USED             DESCRIPTION",
      "atok_3   write   active   …x9Zz   2026-06-01T12:00:00Z  never                 2026-06-01T11:59:50Z  CI for the shop",
      "atok_22  read    expired  …abcd   2026-06-01T11:59:00Z  2026-06-01T12:00:00Z  never",
      "atok_1   read    revoked  …abcd   2026-06-01T12:00:00Z  2026-06-01T12:00:01Z  never",
      "atok_0   read    active   …abcd   2026-06-01T12:00:00Z  2026-06-01T12:00:01Z  never                 later",
      "",
    ].join("\n"),
  );
});

test("what tokens are for has a column where one of them is for a service", async () => {
  const tokens = [
    tokenOf("atok_3", { audiences: ["wiki", "git"], description: "CI" }),
    tokenOf("atok_2", { description: "Publisher's own" }),
    tokenOf("atok_1", { audiences: ["a".repeat(12), "b".repeat(11), "c", "d"] }),
    tokenOf("atok_0", { audiences: ["e".repeat(30), "f"], description: "long" }),
  ];
  const lines = (await tokenTable(tokens, A_MOMENT)).trimEnd().split("\n");
  const [heading = ""] = lines;
  const column = heading.indexOf("AUDIENCES");
  expect(lines.map((line) => line.slice(column))).toEqual([
    "AUDIENCES                          DESCRIPTION",
    "wiki,git                           CI",
    "                                   Publisher's own",
    "aaaaaaaaaaaa,bbbbbbbbbbb +2",
    "eeeeeeeeeeeeeeeeeeeeeeeeeeeeee +1  long",
  ]);
});

test("when a secret was shown after its token's end has a column where one was", async () => {
  const tokens = [
    tokenOf("atok_3", { revokedAt: A_MOMENT, reusedAt: A_MOMENT + 1, reusedFrom: "192.0.2.7" }),
    tokenOf("atok_2", { description: "active" }),
    tokenOf("atok_1", { revokedAt: A_MOMENT, reusedAt: A_MOMENT, description: "no address" }),
  ];
  const lines = (await tokenTable(tokens, A_MOMENT)).trimEnd().split("\n");
  const column = lines[0]?.indexOf("REUSED");
  expect(lines.map((line) => line.slice(column))).toEqual([
    "REUSED                               DESCRIPTION",
    "2026-06-01T12:00:01Z from 192.0.2.7",
    "                                     active",
    "2026-06-01T12:00:00Z                 no address",
  ]);
});

test.each([
  ["東京", "東京"],
  ["😀😀", "😀😀"],
  ["👩‍👩‍👧 1️⃣", "👩‍👩‍👧 1️⃣"],
  ["né", "né"],
  ["e\u0301e\u0301", "e\u0301e\u0301"],
  ["\u0301", "⟨U+0301⟩"],
  ["\u202eevil\u202c", "⟨U+202E⟩evil⟨U+202C⟩"],
  ["\u2066a\u2069\u200f", "⟨U+2066⟩a⟨U+2069⟩⟨U+200F⟩"],
  ["a\u00a0\u00a0b\u3000", "a⟨U+00A0⟩⟨U+00A0⟩b⟨U+3000⟩"],
  ["a\n\u001b[2J", "a⟨U+000A⟩⟨U+001B⟩[2J"],
])("a line stays one line, and its columns where they are, with %j in it", async (description, shown) => {
  const table = await tokenTable(
    [tokenOf("atok_1", { description }), tokenOf("atok_2", { description: "x" })],
    A_MOMENT,
  );
  const [heading = "", first = "", second = "", rest] = table.split("\n");
  expect(rest).toBe("");
  const column = heading.indexOf("DESCRIPTION");
  expect(second.slice(column)).toBe("x");
  expect(first.slice(column)).toBe(shown);
});

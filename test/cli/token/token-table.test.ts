import { expect, test } from "bun:test";
import { join } from "node:path";
import { tokenTable as tokenTableParts } from "../../../src/cli/token/token-table.ts";
import type { Token } from "../../../src/tokens/token.ts";
import { expectGolden } from "../../support/golden.ts";
import { A_MOMENT, tokenOf } from "../../support/new-token.ts";
import { inTurn, joined } from "../../support/parts.ts";

async function tokenTable(tokens: readonly Token[]): Promise<string> {
  return await joined(tokenTableParts(inTurn(tokens), A_MOMENT, null));
}

const REVOKED = { revokedAt: A_MOMENT - 1 };

/** Tables of tokens: with no optional column, with one for audiences, and with one for reuses. */
const TABLES: readonly (readonly Token[])[] = [
  [
    tokenOf("atok_3", { access: "write", description: "CI", hint: "x9Zz", lastUsedAt: A_MOMENT - 10 }),
    tokenOf("atok_22", { expiresAt: A_MOMENT, createdAt: A_MOMENT - 60 }),
    tokenOf("atok_1", { ...REVOKED, description: "", expiresAt: A_MOMENT + 1 }),
    tokenOf("atok_0", { description: "later", expiresAt: A_MOMENT + 1 }),
  ],
  [
    tokenOf("atok_3", { audiences: ["wiki", "git"], description: "CI" }),
    tokenOf("atok_2", { description: "Publisher's own" }),
    tokenOf("atok_1", { audiences: ["a".repeat(12), "b".repeat(11), "c", "d"] }),
    tokenOf("atok_0", { audiences: ["e".repeat(30), "f"], description: "long" }),
  ],
  [
    tokenOf("atok_3", { ...REVOKED, reusedAt: A_MOMENT + 1, reusedFrom: "192.0.2.7" }),
    tokenOf("atok_2", { description: "active" }),
    tokenOf("atok_1", { ...REVOKED, reusedAt: A_MOMENT, description: "no address" }),
  ],
];

test("tokens are a table, a line each", async () => {
  const tables = await Promise.all(TABLES.map(tokenTable));
  await expectGolden(join(import.meta.dir, "token-table.txt"), tables.join("\n"));
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
  const table = await tokenTable([
    tokenOf("atok_1", { description }),
    tokenOf("atok_2", { description: "x" }),
  ]);
  const [heading = "", first = "", second = "", ...rest] = table.split("\n");
  const column = heading.indexOf("DESCRIPTION");
  expect([first.slice(column), second.slice(column), ...rest]).toEqual([shown, "x", ""]);
});

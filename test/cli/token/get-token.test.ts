import { test } from "bun:test";
import { join } from "node:path";
import { tokenText } from "../../../src/cli/token/get-token.ts";
import { expectGolden } from "../../support/golden.ts";
import { A_MOMENT, tokenOf } from "../../support/new-token.ts";

const FULL = {
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
};

test("the text of a token without optional values, and of one with all of them", async () => {
  const texts = [tokenOf("atok_1"), tokenOf("atok_1", FULL)].map((token) => tokenText(token, A_MOMENT));
  await expectGolden(join(import.meta.dir, "get-token.txt"), texts.join("\n"));
});

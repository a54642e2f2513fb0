import { expect, test } from "bun:test";
import { descriptionOf, lengthFault } from "../../../public/admin/dialogs/description.ts";
import { DESCRIPTION_LIMIT } from "../../../src/tokens/limits.ts";
import * as server from "../../../src/tokens/token.ts";

test.each(["", "a", "a".repeat(500), "a".repeat(501), "🔑".repeat(500), "🔑".repeat(501)])(
  "the page and the server judge the length of %p alike",
  (text) => {
    expect(lengthFault(text)).toBe(server.descriptionFault(text));
  },
);

test("the limit is the server's, and spaces around a description do not count", () => {
  expect(DESCRIPTION_LIMIT).toBe(500);
  expect(lengthFault("a".repeat(DESCRIPTION_LIMIT + 1))).not.toBeNull();
  expect(lengthFault(` ${"a".repeat(500)} `)).toBeNull();
  expect([descriptionOf("  "), descriptionOf(" a ")]).toEqual([null, "a"]);
});

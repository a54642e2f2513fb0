import { expect, test } from "bun:test";
import { jsonList } from "../../src/cli/json-list.ts";
import { auditEventPage, tokenPage } from "../../src/http/api/resources.ts";
import { asJson } from "../../src/terminal/print.ts";
import { A_MOMENT, eventOf, tokenOf } from "../support/new-token.ts";
import { inTurn, joined } from "../support/parts.ts";

const TOKENS = [
  tokenOf("atok_5", { description: 'a\n"b" \u2028 {\n  }' }),
  tokenOf("atok_4", { audiences: ["wiki", "git"] }),
  tokenOf("atok_3", { audiences: ["wiki"], verifies: true }),
];

test.each([
  [[TOKENS], null],
  [[TOKENS.slice(0, 1), TOKENS.slice(1)], "next"],
  [[TOKENS.slice(0, 2), [], TOKENS.slice(2), []], null],
])("pages become the text of one page with all rows: %#", async (pages, cursor) => {
  const parts = pages.map((rows, index) => ({ rows, cursor: index === pages.length - 1 ? cursor : "more" }));
  const whole = asJson(tokenPage({ rows: TOKENS, cursor }, A_MOMENT));
  expect(await joined(jsonList(inTurn(...parts), (page) => tokenPage(page, A_MOMENT)))).toBe(whole);
});

test("no rows are an empty list", async () => {
  const empty = { rows: [], cursor: null };
  const whole = asJson(tokenPage(empty, A_MOMENT));
  expect(await joined(jsonList(inTurn(empty), (page) => tokenPage(page, A_MOMENT)))).toBe(whole);
});

test("events become the same as the API's", async () => {
  const page = { rows: [eventOf("atok_2"), eventOf("atok_1")], cursor: "x" };
  expect(await joined(jsonList(inTurn(page), auditEventPage))).toBe(asJson(auditEventPage(page)));
});

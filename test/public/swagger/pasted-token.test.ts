import { expect, test } from "bun:test";
import { bareToken, withBareTokens } from "../../../public/swagger/pasted-token.ts";

const TOKEN = "sk_live_EXAMPLE";

test.each([
  TOKEN,
  ` ${TOKEN}\n`,
  `Bearer ${TOKEN}`,
  `bearer   ${TOKEN}`,
  `"${TOKEN}"`,
  `'${TOKEN}',`,
  `\`${TOKEN}\``,
  `"Bearer ${TOKEN}"`,
  `Bearer "${TOKEN}"`,
  `Bearer Bearer ${TOKEN}`,
  `Authorization: Bearer ${TOKEN}`,
  `'Authorization: Bearer ${TOKEN}'`,
  `authorization:Bearer ${TOKEN}`,
])("%p is that token", (pasted) => {
  expect(bareToken(pasted)).toBe(TOKEN);
});

test.each(["", "Bearer", "BearerToken", "sk_live_Bearer x"])("%p stays as it is", (typed) => {
  expect(bareToken(typed)).toBe(typed);
});

test("both ways to authorize get the bare token, and nothing else is changed", () => {
  const ways = {
    bearer: { name: "bearer", schema: { type: "http" }, value: `Bearer ${TOKEN}` },
    basic: { name: "basic", value: { username: "Bearer of news", password: `"${TOKEN}"` } },
    other: { value: 7 },
    none: null,
  };
  expect(withBareTokens(ways)).toEqual({
    bearer: { name: "bearer", schema: { type: "http" }, value: TOKEN },
    basic: { name: "basic", value: { username: "Bearer of news", password: TOKEN } },
    other: { value: 7 },
    none: null,
  });
  expect(withBareTokens(null)).toBeNull();
});

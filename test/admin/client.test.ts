import { afterEach, beforeEach, expect, type Mock, spyOn, test } from "bun:test";
import { NotAToken, post } from "../../public/admin/api/client.ts";

let fetched: Mock<typeof fetch>;

beforeEach(() => {
  fetched = spyOn(globalThis, "fetch");
});

afterEach(() => {
  fetched.mockRestore();
});

test.each([
  ["sk_live_…VamC", "This is a token's hint, not the token"],
  ["пароль", "This is not an API token"],
  ["sk_live_two words", "This is not an API token"],
  ["sk_live_\u0000", "This is not an API token"],
])("%p is refused before it is sent", async (secret, words) => {
  const refusal = await post("api-token/current", {}, secret).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(NotAToken);
  expect(refusal).toHaveProperty("message", words);
  expect(fetched).not.toHaveBeenCalled();
});

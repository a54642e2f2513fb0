import { expect, test } from "bun:test";
import { signal } from "@preact/signals";
import { draftOf } from "../../../public/admin/fields/draft.ts";

test("a draft shows the typed text until it is dropped", () => {
  const draft = draftOf(signal("2020-10-20"));
  expect(draft.text.value).toBe("2020-10-20");
  draft.type("");
  expect(draft.text.value).toBe("");
  draft.drop();
  expect(draft.text.value).toBe("2020-10-20");
});

test("a new value replaces the draft at once, and the old draft does not come back", () => {
  const value = signal("a");
  const draft = draftOf(value);
  draft.type("ab");
  value.value = "b";
  expect(draft.text.value).toBe("b");
  value.value = "a";
  expect(draft.text.value).toBe("a");
});

test("a stopped draft no longer watches its value", () => {
  const value = signal("a");
  const draft = draftOf(value);
  draft.stop();
  draft.type("ab");
  value.value = "b";
  expect(draft.text.value).toBe("ab");
});

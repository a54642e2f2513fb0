import type { ReadonlySignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { type Draft, draftOf } from "./draft.ts";

/** A draft for as long as its field is on the page. */
export function useDraft(value: ReadonlySignal<string>): Draft {
  const draft = useMemo(() => draftOf(value), [value]);
  useEffect(() => draft.stop, [draft]);
  return draft;
}

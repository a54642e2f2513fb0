import { effect } from "@preact/signals";
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { type ListView, queryOf } from "./list-view.ts";
import { listView, route } from "./route.ts";

interface Left {
  readonly query: string;
  /** How far down the page was, in CSS pixels. */
  readonly atPx: number;
}

let left: Left | null = null;
let wasList = false;

effect(() => {
  const isList = route.value.place === "list";
  if (wasList && !isList) left = { query: queryOf(listView.peek()), atPx: scrollY };
  wasList = isList;
});

/**
 * Brings the list into view when its page changes, and goes back to where it was when one of its tokens was opened:
 * only once there is something to scroll to, which no browser waits for.
 */
export function useListScrolling(
  view: ListView,
  isThere: boolean,
  list: RefObject<HTMLElement | null>,
): void {
  const page = useRef(view.page);
  useLayoutEffect(() => {
    if (page.current !== view.page) list.current?.scrollIntoView();
    page.current = view.page;
  }, [view.page, list]);
  useLayoutEffect(() => {
    const atPx = isThere ? takeScroll(queryOf(view)) : null;
    if (atPx !== null) scrollTo(0, atPx);
  }, [isThere]);
}

/** How far down a list was when one of its tokens was opened, in CSS pixels; told once, and null for any other. */
function takeScroll(query: string): number | null {
  const found = left?.query === query ? left.atPx : null;
  left = null;
  return found;
}

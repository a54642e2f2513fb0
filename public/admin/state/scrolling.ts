import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { type ListView, queryOf } from "./list-view.ts";
import { takeScroll } from "./route.ts";

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

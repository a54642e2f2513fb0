import { effect } from "@preact/signals";
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { tokenAddress } from "../app/addresses.ts";
import { listView, route } from "../app/route.ts";
import { type ListView, queryOf } from "../token-list/list-view.ts";

interface Left {
  readonly query: string;
  /** How far down the page was, in CSS pixels. */
  readonly atPx: number;
  /** The address of the token that was opened; null if another place was. */
  readonly opened: string | null;
}

let left: Left | null = null;
let wasList = false;

effect(() => {
  const current = route.value;
  const isList = current.place === "list";
  const opened = current.place === "token" ? tokenAddress(current.id) : null;
  if (wasList && !isList) left = { query: queryOf(listView.peek()), atPx: scrollY, opened };
  wasList = isList;
});

/**
 * Brings the list into view when its page changes, and goes back to where it was when one of its tokens was opened,
 * with the focus on that token: only once there is something to scroll to, which no browser waits for.
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
    const back = isThere ? takeLeft(queryOf(view)) : null;
    if (back === null) return;
    scrollTo(0, back.atPx);
    focusLink(list.current, back.opened);
  }, [isThere]);
}

/** Gives the focus to the link to a token, unless somebody has put it elsewhere. */
function focusLink(list: HTMLElement | null, address: string | null): void {
  const { activeElement } = document;
  if (activeElement !== document.body && activeElement?.tagName !== "H1") return;
  const links = list?.querySelectorAll<HTMLAnchorElement>("a.token-link") ?? [];
  const link = [...links].find((each) => each.getAttribute("href") === address);
  link?.focus({ preventScroll: true });
}

/** The scroll position of a list when one of its tokens was opened. Returned once; null for any other list. */
function takeLeft(query: string): Left | null {
  const found = left?.query === query ? left : null;
  left = null;
  return found;
}

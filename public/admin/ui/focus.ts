import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** Once something is over, gives the focus to an element, if what had it is gone. */
export function useFocusAfter(isOn: boolean, element: RefObject<HTMLElement | null>): void {
  const wasOn = useRef(isOn);
  useEffect(() => {
    const isOver = wasOn.current && !isOn;
    wasOn.current = isOn;
    if (isOver && document.activeElement === document.body) element.current?.focus();
  }, [isOn, element]);
}

/** Once another page of a list is there, gives the focus to the list, if the link that led there is gone. */
export function useFocusAfterTurning(
  page: number,
  isLoading: boolean,
  list: RefObject<HTMLElement | null>,
): void {
  const shown = useRef(page);
  useEffect(() => {
    if (isLoading || shown.current === page) return;
    shown.current = page;
    if (document.activeElement === document.body) list.current?.focus();
  }, [page, isLoading, list]);
}

/**
 * Gives the focus to the heading of a page that was loaded, unless somebody has put it elsewhere since `before` had it,
 * when the loading began.
 */
export function useFocusOnceLoaded(heading: RefObject<HTMLElement | null>, before: Element | null): void {
  useEffect(() => {
    const { activeElement } = document;
    if (activeElement === document.body || activeElement === before) heading.current?.focus();
  }, [heading, before]);
}

/** Gives the focus to the heading of a page that has come into view, if what had it is gone. */
export function useFocusAtFirst(heading: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    if (document.activeElement === document.body) heading.current?.focus({ preventScroll: true });
  }, [heading]);
}

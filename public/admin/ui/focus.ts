import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** Gives the focus to an element when `isOn` ends, if the focused element is gone. */
export function useFocusAfter(isOn: boolean, element: RefObject<HTMLElement | null>): void {
  const wasOn = useRef(isOn);
  useEffect(() => {
    const isOver = wasOn.current && !isOn;
    wasOn.current = isOn;
    if (isOver && document.activeElement === document.body) element.current?.focus();
  }, [isOn, element]);
}

/** Gives the focus to a list when it shows another page, if the focused link is gone. */
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
 * Gives the focus to the heading of a loaded screen, unless a person has moved it since the load began, when `before`
 * had it.
 */
export function useFocusOnceLoaded(heading: RefObject<HTMLElement | null>, before: Element | null): void {
  useEffect(() => {
    const { activeElement } = document;
    if (activeElement === document.body || activeElement === before) heading.current?.focus();
  }, [heading, before]);
}

/** Gives the focus to the heading of a new screen, if the focused element is gone. */
export function useFocusAtFirst(heading: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    if (document.activeElement === document.body) heading.current?.focus({ preventScroll: true });
  }, [heading]);
}

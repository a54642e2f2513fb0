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

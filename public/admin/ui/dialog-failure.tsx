import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface DialogFailureProps {
  /** Null as long as nothing failed. */
  readonly error: unknown;
  /** A later finding about the same failure. It is scrolled to as well. */
  readonly finding?: unknown;
  readonly children: ComponentChildren;
}

/**
 * The error, directly above the buttons of a dialog. A failure is scrolled to, and takes the focus, which the
 * pressed button has lost; a field with a fault comes first. Neither a failure nor a finding takes the focus from a
 * field: a person may type there while the page repeats the failed call.
 */
export function DialogFailure({ error, finding = null, children }: DialogFailureProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (error === null) return;
    const target = faultyField(place.current) ?? place.current;
    // Some browsers leave the focus on a button that was disabled while the action ran.
    if (!isElsewhere(place.current) || document.activeElement?.tagName === "BUTTON") bringUp(target);
    else reveal(target);
  }, [error]);
  useEffect(() => {
    if (finding !== null && !isElsewhere(place.current)) bringUp(place.current);
  }, [finding]);
  return error === null ? null : (
    <div class="dialog-failure" ref={place} tabIndex={-1}>
      {children}
    </div>
  );
}

function faultyField(place: HTMLElement | null): HTMLElement | null {
  return place?.closest("dialog")?.querySelector<HTMLElement>('[aria-invalid="true"]') ?? null;
}

/** Whether a person has put the focus on something else in the page. */
function isElsewhere(place: HTMLElement | null): boolean {
  const { activeElement } = document;
  if (activeElement === null || activeElement === document.body) return false;
  return activeElement.tagName !== "DIALOG" && place?.contains(activeElement) !== true;
}

/** An element that has the focus already is not scrolled to by `focus`. */
function bringUp(element: HTMLElement | null): void {
  reveal(element);
  element?.focus({ preventScroll: true });
}

function reveal(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: "nearest" });
}

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface DialogFailureProps {
  /** Null as long as nothing failed. */
  readonly error: unknown;
  /** A later finding about the same failure, which is brought into view too. */
  readonly finding?: unknown;
  readonly children: ComponentChildren;
}

/**
 * What went wrong, directly above the buttons of a dialog. A failure takes the focus, which the pressed button has
 * lost; a field with a fault comes first. A finding takes the focus only from nowhere: somebody may be typing.
 */
export function DialogFailure({ error, finding = null, children }: DialogFailureProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (error !== null) bringUp(faultyField(place.current) ?? place.current);
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
  element?.scrollIntoView({ block: "nearest" });
  element?.focus({ preventScroll: true });
}

const SIGNS = ["pointermove", "pointerdown", "keydown", "wheel", "touchstart", "scroll", "focusin", "click"];

/**
 * Calls `start` when a person begins to use the page, or at once if the address names an operation. Swagger UI keeps
 * a phone busy for seconds: the outline is there to read before that.
 */
export function onFirstUse(start: () => void): void {
  if (location.hash !== "") {
    start();
    return;
  }
  const once = new AbortController();
  const options = { signal: once.signal, capture: true, passive: true };
  for (const sign of SIGNS)
    addEventListener(
      sign,
      (event) => {
        if (isByItself(event)) return;
        once.abort();
        start();
      },
      options,
    );
}

/** Chromium also sends events of a pointer that lies still, as soon as an element is beneath it. */
function isByItself(event: Event): boolean {
  return (
    event instanceof PointerEvent &&
    event.type === "pointermove" &&
    event.movementX === 0 &&
    event.movementY === 0
  );
}

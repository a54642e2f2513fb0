/** After so long without a sign of life, nobody is taken to sit there. */
export const IDLE_LIMIT_MS = 30 * 60_000;

const CHECK_MS = 10_000;
const SIGNS_OF_LIFE = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"] as const;

/**
 * Calls `onIdle` once nobody has touched anything for IDLE_LIMIT_MS. By the clock and not by a timer alone, which
 * stands still while a machine sleeps. Returns what stops the watch.
 */
export function watchIdleness(onActive: (atMs: number) => void, onIdle: () => void): () => void {
  let lastSign = Date.now();
  let lastTold = 0;
  const noteSign = () => {
    if (Date.now() - lastSign >= IDLE_LIMIT_MS) return onIdle();
    lastSign = Date.now();
    if (lastSign - lastTold < CHECK_MS) return;
    lastTold = lastSign;
    onActive(lastSign);
  };
  noteSign();
  const timer = setInterval(() => {
    if (Date.now() - lastSign >= IDLE_LIMIT_MS) onIdle();
  }, CHECK_MS);
  for (const sign of SIGNS_OF_LIFE) addEventListener(sign, noteSign, { passive: true });
  return () => {
    clearInterval(timer);
    for (const sign of SIGNS_OF_LIFE) removeEventListener(sign, noteSign);
  };
}

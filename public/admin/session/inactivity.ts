/** After so long without a sign of life, nobody is taken to sit there. */
export const IDLE_LIMIT_MS = 30 * 60_000;

const CHECK_MS = 10_000;
const SIGNS_OF_LIFE = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"] as const;

export interface IdleWatch {
  /** Takes a sign of life from another tab, in Unix milliseconds. */
  readonly note: (atMs: number) => void;
  readonly stop: () => void;
}

/**
 * Calls `onIdle` once nobody has touched anything for IDLE_LIMIT_MS. By the clock and not by a timer alone, which
 * stands still while a machine sleeps.
 */
export function watchIdleness(onActive: (atMs: number) => void, onIdle: () => void): IdleWatch {
  let lastSign = Date.now();
  let lastReport = 0;
  const noteSign = () => {
    if (Date.now() - lastSign >= IDLE_LIMIT_MS) return onIdle();
    lastSign = Date.now();
    if (lastSign - lastReport < CHECK_MS) return;
    lastReport = lastSign;
    onActive(lastSign);
  };
  noteSign();
  const timer = setInterval(() => {
    if (Date.now() - lastSign >= IDLE_LIMIT_MS) onIdle();
  }, CHECK_MS);
  for (const sign of SIGNS_OF_LIFE) addEventListener(sign, noteSign, { passive: true });
  return {
    note: (atMs) => {
      lastSign = Math.max(lastSign, Math.min(atMs, Date.now()));
    },
    stop: () => {
      clearInterval(timer);
      for (const sign of SIGNS_OF_LIFE) removeEventListener(sign, noteSign);
    },
  };
}

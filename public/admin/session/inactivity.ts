/** The time without activity after which the page signs out. */
export const IDLE_LIMIT_MINUTES = 30;
export const IDLE_LIMIT_MS = IDLE_LIMIT_MINUTES * 60_000;

const CHECK_MS = 10_000;
const SIGNS_OF_LIFE = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"] as const;

export interface IdleWatch {
  /** Records activity in another tab, in Unix milliseconds. */
  readonly note: (atMs: number) => void;
  readonly stop: () => void;
}

/**
 * Calls `onIdle` after IDLE_LIMIT_MS without activity. It compares times: a timer alone stops while a machine sleeps.
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

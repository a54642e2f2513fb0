import { signal } from "@preact/signals";
import { isAnswering } from "./client.ts";

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 15_000;

/** Whether the server answered when it was last asked. */
export const isReachable = signal(true);

/** How often the server has come back. Watch it to repeat a call then. */
export const returns = signal(0);

/** Reports that the server did not answer. Asks it again until it does, at growing intervals. */
export function reportUnreachable(): void {
  if (!isReachable.value) return;
  isReachable.value = false;
  waitForReturn(FIRST_PAUSE_MS);
}

function waitForReturn(pauseMs: number): void {
  setTimeout(async () => {
    if (!(await isAnswering())) return waitForReturn(Math.min(pauseMs * 2, LONGEST_PAUSE_MS));
    isReachable.value = true;
    returns.value += 1;
  }, pauseMs);
}

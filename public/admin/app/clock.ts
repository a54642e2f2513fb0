import { signal } from "@preact/signals";
import { serverTime } from "../api/server-time.ts";

const TICK_MS = 20_000;

/** What time it is by the server's clock, in Unix milliseconds, often enough for what is said of times. */
export const now = signal(serverTime());

setInterval(readClock, TICK_MS);

/** Looks at the clock: what was just loaded is not to be later than now. */
export function readClock(): void {
  now.value = serverTime();
}

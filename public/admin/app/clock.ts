import { signal } from "@preact/signals";
import { serverTime } from "../api/server-time.ts";

const TICK_MS = 20_000;

/** The time of the server, in Unix milliseconds, renewed every TICK_MS. */
export const now = signal(serverTime());

setInterval(readClock, TICK_MS);

/** Renews `now`, so that no loaded time is later. */
export function readClock(): void {
  now.value = serverTime();
}

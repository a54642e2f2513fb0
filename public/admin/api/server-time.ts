/**
 * From which difference on the clocks of browser and server differ, in milliseconds: an answer tells whole seconds,
 * and is on its way for some.
 */
const TOLERANCE_MS = 5000;

/** How far the server's clock is ahead of the browser's, in milliseconds. */
let aheadMs = 0;

/** The time of the server, in Unix milliseconds, from its last answer. Tokens expire by this clock. */
export function serverTime(): number {
  return Date.now() + aheadMs;
}

/** Takes the time from the headers of an answer. https://www.rfc-editor.org/rfc/rfc9110#section-6.6.1 */
export function noteServerTime(headers: Headers): void {
  const difference = Date.parse(headers.get("date") ?? "") - Date.now();
  if (Number.isNaN(difference)) return;
  aheadMs = Math.abs(difference) < TOLERANCE_MS ? 0 : difference;
}

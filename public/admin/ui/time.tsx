import { now } from "../app/clock.ts";
import { exactTime, localTime, relativeTime } from "../app/format.ts";

interface TimeProps {
  readonly time: string;
  /** Whether the exact time is always seen. */
  readonly isFull?: boolean;
}

/**
 * A time as people say it. To the second, in UTC and by the clock of the browser, on hover, when its row has the
 * focus, and to a screen reader.
 */
export function Time({ time, isFull = false }: TimeProps) {
  const local = localTime(time);
  return (
    <time class={isFull ? "time full" : "time"} dateTime={time}>
      {relativeTime(time, now.value)}
      <span class="exact">
        <span class="unseen">, </span>
        {exactTime(time)}
        {local !== null && (
          <span class="local">
            <span class="unseen">, </span>
            {local}
          </span>
        )}
      </span>
    </time>
  );
}

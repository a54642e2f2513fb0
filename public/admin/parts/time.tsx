import { exactTime, relativeTime } from "../format.ts";
import { now } from "../state/clock.ts";

interface TimeProps {
  readonly time: string;
  /** Whether the exact time is always seen. */
  readonly isFull?: boolean;
}

/** A time as people say it; to the second on hover, when its row has the focus, and to a screen reader. */
export function Time({ time, isFull = false }: TimeProps) {
  return (
    <time class={isFull ? "time full" : "time"} dateTime={time}>
      {relativeTime(time, now.value)}
      <span class="exact">
        <span class="unseen">, </span>
        {exactTime(time)}
      </span>
    </time>
  );
}

import type { Uses } from "../api/record-types.ts";
import { BARS_HEIGHT, type BarSizes, barPaths } from "./uses.ts";

interface UseBarsProps extends BarSizes {
  readonly buckets: readonly Uses[];
  /** The index of the bar that stands out; null for none. */
  readonly picked?: number | null;
}

/** With more bars, each needs a line around it to be seen on a narrow screen. */
const MANY = 100;

/** Counts of uses, with a bar for each bucket. Hidden from screen readers: show the counts in words beside it. */
export function UseBars({ buckets, picked = null, ...sizes }: UseBarsProps) {
  const { accepted, refused, marks } = barPaths(buckets, sizes);
  const height = BARS_HEIGHT + 1.5 * sizes.mark;
  return (
    <svg
      class={buckets.length > MANY ? "use-bars many" : "use-bars"}
      viewBox={`0 0 ${buckets.length} ${height}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
    >
      {picked !== null && <rect class="use-picked" x={picked} y="0" width="1" height={height} />}
      <path class="use-base" d={`M0 ${BARS_HEIGHT}H${buckets.length}`} />
      <path class="use-accepted" d={accepted} />
      <path class="use-refused" d={refused} />
      <path class="use-refused" d={marks} />
    </svg>
  );
}

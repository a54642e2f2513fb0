import type { Uses } from "../api/record-types.ts";
import { UseBars } from "./usage-bars.tsx";
import { sumOf, usesIn, usesWords } from "./uses.ts";

/** The days of use that the sparkline of a token shows. */
export const SPARKLINE_DAYS = 30;

/** In hundredths of the height. */
const SIZES = { least: 8, mark: 16 };

interface SparklineProps {
  /** A bucket for each day, up to today; undefined while they load. */
  readonly days: readonly Uses[] | undefined;
}

/** A small chart of the recent uses of a token. It takes its space also while it loads, and without any use. */
export function Sparkline({ days = [] }: SparklineProps) {
  const sum = sumOf(days);
  if (usesIn(sum) === 0) return <span class="sparkline" />;
  const words = usesWords(sum, ` in ${days.length} days`);
  return (
    <span class="sparkline" title={words}>
      <UseBars buckets={days} {...SIZES} />
      <span class="unseen">, {words}</span>
    </span>
  );
}

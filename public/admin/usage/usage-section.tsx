import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { RETENTION_DAYS } from "../../../src/tokens/usage/usage-period.ts";
import { records } from "../api/record-calls.ts";
import { now } from "../app/clock.ts";
import { useLoaded } from "../app/loading.ts";
import { Select } from "../fields/select.tsx";
import { say } from "../ui/announcements.ts";
import { ErrorMessage } from "../ui/error-message.tsx";
import { RefreshButton } from "../ui/refresh-button.tsx";
import { UseChart } from "./usage-chart.tsx";
import { type RangeName, rangeBody, USE_RANGES } from "./usage-ranges.ts";
import { UseTable } from "./usage-table.tsx";
import { filled, sumOf, usesIn, usesWords } from "./uses.ts";

/** The chosen range. It stays for the next token. */
const chosenRange = signal<RangeName>("month");

interface UseSectionProps {
  readonly title: string;
  /** The id of a token; null for the uses of all tokens. */
  readonly id: string | null;
  /** Further words below the chart. */
  readonly children?: ComponentChildren;
}

/** The uses of one token or of all tokens, by time. */
export function UseSection({ title, id, children }: UseSectionProps) {
  const range = chosenRange.value;
  const { value, error, isLoading, reload } = useLoaded(`${id} ${range}`, async () => {
    const usage = await records.usage({
      ...rangeBody(USE_RANGES[range], now.value),
      ...(id === null ? {} : { id }),
    });
    return { range, buckets: filled(usage, usage.buckets) };
  });
  useSaying(range, value === null || isLoading ? null : usesWords(sumOf(value.buckets)));
  return (
    <section class="card" aria-label={title} aria-busy={isLoading}>
      <div class="section-head">
        <h2>{title}</h2>
        <div class="section-tools">
          <RangeSelect range={range} />
          <RefreshButton />
        </div>
      </div>
      <div class="card-body use">
        {error !== null && (
          <ErrorMessage error={error} whenUnreachable="The numbers load once it answers." onRetry={reload} />
        )}
        {value !== null &&
          (usesIn(sumOf(value.buckets)) === 0 ? (
            <p class="use-none muted">Not used in the {USE_RANGES[value.range].words}.</p>
          ) : (
            <UseChart key={value.range} range={value.range} buckets={value.buckets} />
          ))}
        {value === null && error === null && (
          <p class="use-none">
            <span class="unseen">Loading the uses</span>
            <span class="skeleton long" />
          </p>
        )}
        <p class="hint">{children} All times are in UTC.</p>
        {value !== null && <UseTable bucket={USE_RANGES[value.range].bucket} buckets={value.buckets} />}
      </div>
    </section>
  );
}

function RangeSelect({ range }: { range: RangeName }) {
  const choose = (value: string) => {
    chosenRange.value = RANGE_NAMES.find(([name]) => name === value)?.[0] ?? chosenRange.value;
  };
  return (
    <Select name="How far back" value={range} onChoose={choose}>
      {RANGE_NAMES.map(([name, words]) => (
        <option key={name} value={name}>
          {words}
        </option>
      ))}
    </Select>
  );
}

const RANGE_NAMES: readonly (readonly [RangeName, string])[] = [
  ["day", "24 hours"],
  ["month", `${RETENTION_DAYS.hour} days, by hour`],
  ["year", `${RETENTION_DAYS.day} days, by day`],
];

/** Announces the sum to screen readers after a new choice of the range, but not at first. */
function useSaying(range: RangeName, words: string | null): void {
  const said = useRef(range);
  useEffect(() => {
    if (words === null || said.current === range) return;
    said.current = range;
    say(`In the ${USE_RANGES[range].words}: ${words}`);
  }, [range, words]);
}

import { SUMMARY_DAYS } from "../../../src/tokens/limits.ts";
import type { Expiries } from "../api/types.ts";
import { listAddress } from "../app/addresses.ts";
import { dayName, daysName, shortCountName, tokensName } from "../app/format.ts";
import { FIRST_VIEW } from "./list-view.ts";

const DAYS_A_WEEK = 7;

/** The least that the full height stands for, so that one token alone does not look like a wave. */
const LEAST_SCALE = 4;

/** The number of weeks between two labels. */
const LABEL_STEP = 3;

interface Week {
  readonly from: string;
  readonly to: string;
  readonly count: number;
}

/** Expiries in the next SUMMARY_DAYS, with a bar for each week that links to its tokens. Null while they load. */
export function ExpiryChart({ expiries }: { expiries: readonly Expiries[] | null }) {
  const weeks = weeksOf(expiries ?? []);
  const total = weeks.reduce((sum, { count }) => sum + count, 0);
  const scale = Math.max(LEAST_SCALE, ...weeks.map(({ count }) => count));
  return (
    <figure class="chart">
      <figcaption class="chart-head">
        <span class="figure-name">Expiring over the next {SUMMARY_DAYS} days</span>
        <span class="figure-remark">{total === 0 ? "" : `${tokensName(total)}, by week`}</span>
      </figcaption>
      {expiries !== null && total === 0 ? (
        <p class="chart-empty muted">Nothing expires up to {dayName(expiries.at(-1)?.date ?? "")}.</p>
      ) : (
        <ol class="bars">
          {weeks.map((week, index) => (
            <Bar
              key={week.from}
              week={week}
              height={week.count / scale}
              isLabelled={index % LABEL_STEP === 0}
            />
          ))}
        </ol>
      )}
    </figure>
  );
}

interface BarProps {
  readonly week: Week;
  /** From 0 to 1. */
  readonly height: number;
  readonly isLabelled: boolean;
}

function Bar({ week: { from, to, count }, height, isLabelled }: BarProps) {
  const words = `${daysName(from, to)}: ${tokensName(count)}`;
  const column = (
    <span class="bar-space">
      <span class="bar-count" aria-hidden="true" style={{ flexGrow: String(1 - height) }}>
        {count === 0 ? "" : shortCountName(count)}
      </span>
      <span class="bar" style={{ flexGrow: String(height) }} />
    </span>
  );
  const view = { ...FIRST_VIEW, from, to, sort: { key: "expires_at", direction: "asc" } } as const;
  return (
    <li class="week">
      {count === 0 ? (
        <span class="bar-link" title={words}>
          {column}
          <span class="unseen">{words}</span>
        </span>
      ) : (
        <a class="bar-link" href={listAddress(view)} title={words}>
          {column}
          <span class="unseen">{words}</span>
        </a>
      )}
      <span class="week-label" aria-hidden="true">
        {isLabelled ? dayName(from) : ""}
      </span>
    </li>
  );
}

function weeksOf(expiries: readonly Expiries[]): readonly Week[] {
  const weeks: Week[] = [];
  for (let start = 0; start < expiries.length; start += DAYS_A_WEEK) {
    const days = expiries.slice(start, start + DAYS_A_WEEK);
    const [first, last] = [days[0], days.at(-1)];
    if (first === undefined || last === undefined) break;
    weeks.push({ from: first.date, to: last.date, count: days.reduce((sum, { count }) => sum + count, 0) });
  }
  return weeks;
}

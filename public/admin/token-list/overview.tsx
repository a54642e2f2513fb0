import type { Summary } from "../api/types.ts";
import { listAddress } from "../app/addresses.ts";
import { countName, dayAfter, dayName } from "../app/format.ts";
import type { Loaded } from "../app/loading.ts";
import { ErrorMessage } from "../ui/error-message.tsx";
import { ExpiryChart } from "./expiry-chart.tsx";
import { changed, FIRST_VIEW, type ListView, NEVER } from "./list-view.ts";

/** How many tokens there are and when they end, at a glance. */
export function Overview({ summary: { value, error, reload } }: { summary: Loaded<Summary> }) {
  return (
    <>
      {error !== null && (
        <ErrorMessage error={error} whenUnreachable="The numbers load once it answers." onRetry={reload} />
      )}
      {(error === null || value !== null) && (
        <section class="overview" aria-label="At a glance" aria-busy={value === null}>
          <ul class="figures">
            {figuresOf(value).map((figure) => (
              <Figure key={figure.name} {...figure} />
            ))}
          </ul>
          <ExpiryChart expiries={value?.expiries ?? null} />
        </section>
      )}
    </>
  );
}

interface FigureProps {
  readonly name: string;
  /** Null while it is not known. */
  readonly count: number | null;
  readonly remark: string;
  /** A second line of the remark, which leads elsewhere. */
  readonly aside?: { readonly text: string; readonly view: ListView };
  readonly tone: "plain" | "caution";
  readonly view: ListView;
}

function Figure({ name, count, remark, aside, tone, view }: FigureProps) {
  return (
    <li class={`figure ${count === 0 ? "plain" : tone}`}>
      <a class="figure-link" href={listAddress(view)}>
        <span class="figure-name">{name}</span>
        <span class="figure-count">{count === null ? <span class="skeleton" /> : countName(count)}</span>
      </a>
      <span class="figure-remark">
        {remark}
        {aside !== undefined && (
          <>
            <br />
            <a href={listAddress(aside.view)}>{aside.text}</a>
          </>
        )}
      </span>
    </li>
  );
}

/** Keeps the place of words that are not known yet. */
const BLANK = "\u00a0";

function figuresOf(summary: Summary | null): readonly FigureProps[] {
  const { active, expired } = summary?.counts ?? {};
  const today = summary?.expiries[0]?.date ?? null;
  // Days of UTC, of which today is the first.
  const expiring = (name: string, days: number, tone: FigureProps["tone"]): FigureProps => {
    const to = today && dayAfter(today, days - 1);
    const count = summary?.expiries.slice(0, days).reduce((sum, day) => sum + day.count, 0) ?? null;
    const view: ListView = { ...FIRST_VIEW, from: today, to, sort: { key: "expires_at", direction: "asc" } };
    return { name, count, remark: to ? `by ${dayName(to)}` : BLANK, tone, view };
  };
  return [
    {
      name: "Active",
      count: active === undefined ? null : active.read + active.write,
      ...(summary === null ? { remark: BLANK } : activeRemark(summary)),
      tone: "plain",
      view: FIRST_VIEW,
    },
    {
      name: "Expired",
      count: expired === undefined ? null : expired.read + expired.write,
      remark: "and not revoked",
      tone: "plain",
      view: { ...FIRST_VIEW, status: "expired" },
    },
    expiring("Expire within 7 days", 7, "caution"),
    expiring("Expire within 30 days", 30, "plain"),
  ];
}

function activeRemark({ counts: { active }, never_used: neverUsed }: Summary) {
  const view = changed(FIRST_VIEW, { unused: NEVER });
  return {
    remark: `${countName(active.write)} can write`,
    aside: { text: `${countName(neverUsed)} never used`, view },
  };
}

import type { Summary } from "../api/types.ts";
import { countName } from "../format.ts";
import { type ListView, STATUS_TABS, type StatusTab, withStatus } from "../state/list-view.ts";
import { listAddress } from "../state/route.ts";

const NAMES: Readonly<Record<StatusTab, string>> = {
  active: "Active",
  expired: "Expired",
  revoked: "Revoked",
  all: "All",
};

interface StatusTabsProps {
  readonly view: ListView;
  readonly summary: Summary | null;
}

export function StatusTabs({ view, summary }: StatusTabsProps) {
  return (
    <nav class="tabs" aria-label="Status">
      {STATUS_TABS.map((status) => (
        <a
          key={status}
          class="tab"
          href={listAddress(withStatus(view, status))}
          aria-current={status === view.status ? "page" : undefined}
        >
          {NAMES[status]}
          {summary !== null && status !== "all" && (
            <span class="tab-count">{countName(countOf(summary, status))}</span>
          )}
        </a>
      ))}
    </nav>
  );
}

function countOf({ counts }: Summary, status: Exclude<StatusTab, "all">): number {
  return counts[status].read + counts[status].write;
}

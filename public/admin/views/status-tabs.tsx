import type { Summary } from "../api/types.ts";
import { countName } from "../format.ts";
import { ViewLink } from "../parts/view-link.tsx";
import { listAddress } from "../state/addresses.ts";
import { STATUS_TABS, type StatusTab, withStatus } from "../state/list-view.ts";
import { listView } from "../state/route.ts";

const NAMES: Readonly<Record<StatusTab, string>> = {
  active: "Active",
  expired: "Expired",
  revoked: "Revoked",
  all: "All",
};

export function StatusTabs({ summary }: { summary: Summary | null }) {
  return (
    <nav class="tabs" aria-label="Status">
      {STATUS_TABS.map((status) => (
        <ViewLink
          key={status}
          class="tab"
          address={() => listAddress(withStatus(listView.value, status))}
          isCurrent={status === listView.value.status}
        >
          {NAMES[status]}
          {summary !== null && status !== "all" && (
            <span class="tab-count">{countName(countOf(summary, status))}</span>
          )}
        </ViewLink>
      ))}
    </nav>
  );
}

function countOf({ counts }: Summary, status: Exclude<StatusTab, "all">): number {
  return counts[status].read + counts[status].write;
}

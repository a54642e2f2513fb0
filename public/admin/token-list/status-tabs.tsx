import type { Summary } from "../api/types.ts";
import { listAddress } from "../app/addresses.ts";
import { countName } from "../app/format.ts";
import { listView } from "../app/route.ts";
import { ViewLink } from "../ui/view-link.tsx";
import { STATUS_TABS, type StatusTab, withStatus } from "./list-view.ts";

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

import { listAddress } from "../app/addresses.ts";
import { listView } from "../app/route.ts";
import { mayWrite } from "../session/session.ts";
import { KeyIcon, SearchIcon } from "../ui/icons.tsx";
import { ViewLink } from "../ui/view-link.tsx";
import { isNarrowed, type ListView, type StatusTab, widened } from "./list-view.ts";

const WORDS: Readonly<Record<StatusTab, readonly [title: string, text: string]>> = {
  active: ["No active tokens", "Each program that calls Publisher or a service needs one."],
  expired: ["Nothing has expired", "Expired tokens are listed here until they are revoked."],
  revoked: ["Nothing was revoked", "Revoked tokens stay in this list."],
  all: ["No tokens", "Each program that calls Publisher or a service needs one."],
};

interface EmptyListProps {
  readonly view: ListView;
  readonly onCreate: () => void;
}

export function EmptyList({ view, onCreate }: EmptyListProps) {
  if (isNarrowed(view) || view.cursor !== null) {
    const isSearchAlone = view.search !== "" && !isNarrowed({ ...view, search: "" });
    return (
      <div class="empty">
        <span class="mark faint">
          <SearchIcon />
        </span>
        <h2>No token matches</h2>
        <p class="muted">
          {isSearchAlone ? "No description or id contains your search." : "No token fits these filters."}
        </p>
        <ViewLink class="button" address={() => listAddress(widened(listView.value))}>
          Clear filters
        </ViewLink>
      </div>
    );
  }
  const [title, text] = WORDS[view.status];
  return (
    <div class="empty">
      <span class="mark faint">
        <KeyIcon />
      </span>
      <h2>{title}</h2>
      <p class="muted">{text}</p>
      {mayWrite.value && (view.status === "active" || view.status === "all") && (
        <button type="button" class="button" onClick={onCreate}>
          New token
        </button>
      )}
    </div>
  );
}

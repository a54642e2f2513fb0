import { dateName } from "../app/format.ts";
import { changeList, listView } from "../app/route.ts";
import { CrossIcon } from "../ui/icons.tsx";
import { RefreshButton } from "../ui/refresh-button.tsx";
import { AudienceSelect } from "./audience-select.tsx";
import { AccessSelect, SortSelect, UseSelect } from "./list-selects.tsx";
import { changed, type ListView } from "./list-view.ts";
import { SearchField } from "./search-field.tsx";

export function ListFilters() {
  const view = listView.value;
  return (
    <search class="filters">
      <SearchField />
      <AccessSelect />
      <AudienceSelect />
      <UseSelect />
      <SortSelect />
      {(view.from !== null || view.to !== null) && (
        <button
          type="button"
          class="chip"
          onClick={() => changeList((view) => changed(view, { from: null, to: null, sort: null }))}
        >
          <span>
            Expire {periodName(view)}
            <span class="unseen">, remove this filter</span>
          </span>
          <CrossIcon />
        </button>
      )}
      <RefreshButton what="the list" />
    </search>
  );
}

function periodName({ from, to }: ListView): string {
  if (from === null) return `by ${dateName(to ?? "")}`;
  if (to === null) return `from ${dateName(from)} on`;
  return from === to ? `on ${dateName(from)}` : `${dateName(from)} – ${dateName(to)}`;
}

import { dateName } from "../format.ts";
import { CrossIcon } from "../parts/icons.tsx";
import { changed, type ListView } from "../state/list-view.ts";
import { showList } from "../state/route.ts";
import { AudienceSelect } from "./audience-select.tsx";
import { AccessSelect, SortSelect, UseSelect } from "./list-selects.tsx";
import { SearchField } from "./search-field.tsx";

export function ListFilters({ view }: { view: ListView }) {
  return (
    <search class="filters">
      <SearchField view={view} />
      <AccessSelect view={view} />
      <AudienceSelect view={view} />
      <UseSelect view={view} />
      <SortSelect view={view} />
      {(view.from !== null || view.to !== null) && (
        <button
          type="button"
          class="chip"
          onClick={() => showList(changed(view, { from: null, to: null, sort: null }))}
        >
          <span>
            Expire {periodName(view)}
            <span class="unseen">, remove this filter</span>
          </span>
          <CrossIcon />
        </button>
      )}
    </search>
  );
}

function periodName({ from, to }: ListView): string {
  if (from === null) return `by ${dateName(to ?? "")}`;
  if (to === null) return `from ${dateName(from)} on`;
  return from === to ? `on ${dateName(from)}` : `${dateName(from)} – ${dateName(to)}`;
}

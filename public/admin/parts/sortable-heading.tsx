import { changed, type ListView, type SortKey } from "../state/list-view.ts";
import { showList } from "../state/route.ts";
import { AscendingIcon, DescendingIcon } from "./icons.tsx";

interface SortableHeadingProps {
  readonly view: ListView;
  readonly sortKey: SortKey;
  readonly name: string;
}

/** A column's heading that sorts by it: first up, then down, then the newest first again. */
export function SortableHeading({ view, sortKey, name }: SortableHeadingProps) {
  const direction = view.sort?.key === sortKey ? view.sort.direction : null;
  const next =
    direction === null
      ? ({ key: sortKey, direction: "asc" } as const)
      : direction === "asc"
        ? ({ key: sortKey, direction: "desc" } as const)
        : null;
  return (
    <th
      scope="col"
      class={sortKey === "description" ? "" : "wide-cell"}
      aria-sort={direction === null ? undefined : direction === "asc" ? "ascending" : "descending"}
    >
      <button type="button" class="sort" onClick={() => showList(changed(view, { sort: next }))}>
        {name}
        <span class={direction === null ? "sort-mark idle" : "sort-mark"}>
          {direction === "desc" ? <DescendingIcon /> : <AscendingIcon />}
        </span>
      </button>
    </th>
  );
}

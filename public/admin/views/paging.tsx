import { useEffect } from "preact/hooks";
import type { TokenPage } from "../api/types.ts";
import { countName } from "../format.ts";
import { NextIcon, PreviousIcon } from "../parts/icons.tsx";
import { changed, type ListView, PAGE_SIZE, queryOf } from "../state/list-view.ts";
import { listAddress } from "../state/route.ts";

/** The cursors of the pages that were seen of each list: the API gives them for the next page, never for the previous. */
const seen = new Map<string, Map<number, string>>();

interface PagingProps {
  readonly view: ListView;
  readonly page: TokenPage;
  /** How many tokens the whole list has; null where that is not known. */
  readonly total: number | null;
}

export function Paging({ view, page: { data, page }, total }: PagingProps) {
  useEffect(() => {
    if (view.cursor !== null) cursorsOf(view).set(view.page, view.cursor);
  }, [view]);
  if (view.cursor === null && !page.more) return null;
  const before = (view.page - 1) * PAGE_SIZE;
  const previous = previousOf(view);
  const next = page.cursor === null ? null : { ...view, page: view.page + 1, cursor: page.cursor };
  return (
    <nav class="paging" aria-label="Pages">
      <p class="muted">
        {countName(before + 1)}–{countName(before + data.length)}
        {total !== null && ` of ${countName(total)}`}
      </p>
      <div class="paging-steps">
        {view.cursor !== null && previous === null && <Step name="First page" view={changed(view, {})} />}
        {previous !== null && <Step name="Previous" view={previous} />}
        {next !== null && <Step name="Next" view={next} />}
      </div>
    </nav>
  );
}

function Step({ name, view }: { name: string; view: ListView }) {
  return (
    <a class="button small" href={listAddress(view)}>
      {name !== "Next" && <PreviousIcon />}
      {name}
      {name === "Next" && <NextIcon />}
    </a>
  );
}

function previousOf(view: ListView): ListView | null {
  if (view.page === 2) return changed(view, {});
  const cursor = cursorsOf(view).get(view.page - 1);
  return cursor === undefined ? null : { ...view, page: view.page - 1, cursor };
}

function cursorsOf(view: ListView): Map<number, string> {
  const list = queryOf(changed(view, {}));
  const cursors = seen.get(list) ?? new Map<number, string>();
  seen.set(list, cursors);
  return cursors;
}

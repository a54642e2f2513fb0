import { useEffect, useRef, useState } from "preact/hooks";
import { ACCESSES, STATUSES, type Summary, type Token } from "../api/types.ts";
import { tokensName } from "../format.ts";
import { Failure } from "../parts/notice.tsx";
import { say } from "../state/announcements.ts";
import { api } from "../state/api.ts";
import { useFocusAfterTurning } from "../state/focus.ts";
import { FIRST_VIEW, isNarrowed, type ListView, listBody, queryOf } from "../state/list-view.ts";
import { useLoaded } from "../state/loading.ts";
import { listAddress } from "../state/route.ts";
import { useListScrolling } from "../state/scrolling.ts";
import { EmptyList } from "./empty-list.tsx";
import { ListFilters } from "./list-filters.tsx";
import { Paging } from "./paging.tsx";
import { RevokeDialog } from "./revoke-dialog.tsx";
import { RotateDialog } from "./rotate-dialog.tsx";
import { StatusTabs } from "./status-tabs.tsx";
import { TokenTable } from "./token-table.tsx";

interface TokenListProps {
  readonly view: ListView;
  readonly summary: Summary | null;
  readonly onCreate: () => void;
}

export function TokenList({ view, summary, onCreate }: TokenListProps) {
  const [revoking, setRevoking] = useState<Token | null>(null);
  const [rotating, setRotating] = useState<Token | null>(null);
  const { value, error, isLoading, reload } = useLoaded(queryOf(view), () => api.list(listBody(view)));
  const section = useRef<HTMLElement>(null);
  useListScrolling(view, value !== null, section);
  useFocusAfterTurning(view.page, isLoading, section);
  const hasChanged = useRef(false);
  const noteChange = () => {
    hasChanged.current = true;
  };
  useEffect(() => {
    // The row or the button that had the focus is gone with what was done.
    if (hasChanged.current && document.activeElement === document.body) section.current?.focus();
    hasChanged.current = false;
  }, [value]);
  useEffect(() => {
    if (value !== null && !isLoading) say(`${tokensName(value.data.length)} on page ${view.page}`);
  }, [value, isLoading, view.page]);
  return (
    <section class="card" aria-label="Tokens" ref={section} tabIndex={-1}>
      <StatusTabs view={view} summary={summary} />
      <ListFilters view={view} />
      {error !== null && (
        <div class="card-body">
          <Failure error={error} whenUnreachable="The list comes once it answers." onRetry={reload} />
          {view.cursor !== null && (
            <a href={listAddress({ ...view, page: 1, cursor: null })}>Go to the first page</a>
          )}
        </div>
      )}
      {error === null && value?.data.length === 0 && !isLoading ? (
        <EmptyList view={view} onCreate={onCreate} />
      ) : (
        (error === null || value !== null) && (
          <TokenTable
            view={view}
            tokens={value?.data ?? null}
            isLoading={isLoading}
            onRotate={setRotating}
            onRevoke={setRevoking}
          />
        )
      )}
      {value !== null && error === null && <Paging view={view} page={value} total={totalOf(view, summary)} />}
      {rotating !== null && (
        <RotateDialog token={rotating} onClose={() => setRotating(null)} onRotated={noteChange} />
      )}
      {revoking !== null && (
        <RevokeDialog token={revoking} onClose={() => setRevoking(null)} onRevoked={noteChange} />
      )}
    </section>
  );
}

/** How many tokens the whole list has, where the summary tells; null where only a walk would. */
function totalOf(view: ListView, summary: Summary | null): number | null {
  const isTold = !isNarrowed({ ...view, access: FIRST_VIEW.access });
  if (summary === null || !isTold) return null;
  return STATUSES.filter((status) => view.status === "all" || view.status === status)
    .flatMap((status) => ACCESSES.map((access) => ({ access, count: summary.counts[status][access] })))
    .filter(({ access }) => view.access === null || view.access === access)
    .reduce((total, { count }) => total + count, 0);
}

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { api } from "../api/token-calls.ts";
import { ACCESSES, STATUSES, type Summary, type Token, type TokenPage } from "../api/types.ts";
import { listAddress } from "../app/addresses.ts";
import { tokensName } from "../app/format.ts";
import { type Loaded, useLoaded } from "../app/loading.ts";
import { listView } from "../app/route.ts";
import { RevokeDialog } from "../dialogs/revoke-dialog.tsx";
import { RotateDialog } from "../dialogs/rotate-dialog.tsx";
import { say } from "../ui/announcements.ts";
import { ErrorMessage } from "../ui/error-message.tsx";
import { useFocusAfterTurning } from "../ui/focus.ts";
import { Pagination } from "../ui/pagination.tsx";
import { useListScrolling } from "../ui/scrolling.ts";
import { ViewLink } from "../ui/view-link.tsx";
import { EmptyList } from "./empty-list.tsx";
import { ListFilters } from "./list-filters.tsx";
import {
  changed,
  FIRST_VIEW,
  isNarrowed,
  type ListView,
  listBody,
  listOf,
  PAGE_SIZE,
  queryOf,
  viewFrom,
} from "./list-view.ts";
import { StatusTabs } from "./status-tabs.tsx";
import { TokenTable } from "./token-table.tsx";

interface TokenListProps {
  readonly summary: Loaded<Summary>;
  readonly onCreate: () => void;
}

export function TokenList({ summary, onCreate }: TokenListProps) {
  const view = listView.value;
  const asking = useSignal<Asking | null>(null);
  const { of, value, error, isLoading, reload } = useLoaded(queryOf(view), () => api.list(listBody(view)));
  const section = useRef<HTMLElement>(null);
  useListScrolling(view, value !== null, section);
  useFocusAfterTurning(view.page, isLoading, section);
  const ask = (asked: Asking | null) => {
    asking.value = asked;
  };
  const close = () => ask(null);
  const hasChanged = useRef(false);
  const noteChange = () => {
    hasChanged.current = true;
  };
  useEffect(() => {
    // The change may have removed the focused row or button.
    if (hasChanged.current && document.activeElement === document.body) section.current?.focus();
    hasChanged.current = false;
  }, [value]);
  useEffect(() => {
    if (value !== null && !isLoading) say(`${tokensName(value.data.length)} on page ${view.page}`);
  }, [value, isLoading, view.page]);
  return (
    <section class="card" aria-label="Tokens" ref={section} tabIndex={-1}>
      <StatusTabs summary={summary.value} />
      <ListFilters />
      {error !== null && (
        <div class="card-body">
          <ErrorMessage error={error} whenUnreachable="The list loads once it answers." onRetry={reload} />
          {view.cursor !== null && (
            <ViewLink address={() => listAddress(changed(listView.value, {}))}>Go to the first page</ViewLink>
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
            onRotate={(token) => ask({ what: "rotate", token })}
            onRevoke={(token) => ask({ what: "revoke", token })}
          />
        )
      )}
      {value !== null && of !== null && error === null && (
        <Paging shown={viewFrom(of)} page={value} total={totalOf(view, summary.value)} />
      )}
      {asking.value?.what === "rotate" && (
        <RotateDialog token={asking.value.token} onClose={close} onRotated={noteChange} />
      )}
      {asking.value?.what === "revoke" && (
        <RevokeDialog token={asking.value.token} onClose={close} onRevoked={noteChange} />
      )}
    </section>
  );
}

/** An action that waits for a confirmation, and its token. */
interface Asking {
  readonly what: "rotate" | "revoke";
  readonly token: Token;
}

/** The number of tokens in the whole list, where the summary has it; null elsewhere. */
function totalOf(view: ListView, summary: Summary | null): number | null {
  const isTold = !isNarrowed({ ...view, access: FIRST_VIEW.access });
  if (summary === null || !isTold) return null;
  return STATUSES.filter((status) => view.status === "all" || view.status === status)
    .flatMap((status) => ACCESSES.map((access) => ({ access, count: summary.counts[status][access] })))
    .filter(({ access }) => view.access === null || view.access === access)
    .reduce((total, { count }) => total + count, 0);
}

interface PagingProps {
  /** The view that the page was loaded for. */
  readonly shown: ListView;
  readonly page: TokenPage;
  /** How many tokens the whole list has; null where that is not known. */
  readonly total: number | null;
}

export function Paging({ shown, page: { data, page }, total }: PagingProps) {
  const list = listOf(shown);
  const isCurrent = () => listOf(listView.value) === list;
  if (!isCurrent()) return null;
  return (
    <Pagination
      list={`tokens?${list}`}
      page={shown.page}
      cursor={shown.cursor}
      pageSize={PAGE_SIZE}
      shown={data.length}
      total={total}
      next={page.cursor}
      // A cursor belongs to one list: once another was chosen, it leads nowhere.
      addressOf={(page, cursor) => listAddress(isCurrent() ? { ...shown, page, cursor } : listView.value)}
    />
  );
}

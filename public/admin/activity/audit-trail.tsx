import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { records } from "../api/record-calls.ts";
import type { AuditPage } from "../api/record-types.ts";
import { activityAddress } from "../app/addresses.ts";
import { countName } from "../app/format.ts";
import { useLoaded } from "../app/loading.ts";
import { auditView } from "../app/route.ts";
import { PAGE_SIZE } from "../token-list/list-view.ts";
import { say } from "../ui/announcements.ts";
import { ErrorMessage } from "../ui/error-message.tsx";
import { useFocusAfterTurning } from "../ui/focus.ts";
import { SearchIcon } from "../ui/icons.tsx";
import { Pagination } from "../ui/pagination.tsx";
import { RefreshButton } from "../ui/refresh-button.tsx";
import { ViewLink } from "../ui/view-link.tsx";
import { AuditEvents, EventsSkeleton } from "./audit-events.tsx";
import { AuditFilters } from "./audit-filters.tsx";
import {
  type AuditView,
  auditBody,
  auditQueryOf,
  auditViewFrom,
  leavesOut,
  narrowed,
  trailOf,
  WHOLE_TRAIL,
} from "./audit-view.ts";

/** Every change to every token, newest first. */
export function AuditTrail() {
  const view = auditView.value;
  const query = auditQueryOf(view);
  const { of, value, error, isLoading, reload } = useLoaded(query, () => records.audit(auditBody(view)));
  const section = useRef<HTMLElement>(null);
  useBeginning(view.page, section);
  useFocusAfterTurning(view.page, isLoading, section);
  useEffect(() => {
    if (value !== null && !isLoading) say(`${changesName(value.data.length)} on page ${view.page}`);
  }, [value, isLoading, view.page]);
  return (
    <section class="card" aria-label="Audit trail" aria-busy={isLoading} ref={section} tabIndex={-1}>
      <div class="section-head">
        <h2>Audit trail</h2>
        <div class="section-tools">
          <RefreshButton what="the audit trail" />
        </div>
      </div>
      <AuditFilters />
      {error !== null && (
        <div class="card-body">
          <ErrorMessage
            error={error}
            whenUnreachable="The audit trail loads once it answers."
            onRetry={reload}
          />
          {view.cursor !== null && (
            <ViewLink address={() => activityAddress(narrowed(auditView.value, {}))}>
              Go to the first page
            </ViewLink>
          )}
        </div>
      )}
      {value === null && error === null && <EventsSkeleton />}
      {value !== null && value.data.length > 0 && <AuditEvents events={value.data} isOfOne={false} />}
      {value?.data.length === 0 && error === null && <NoChange view={view} />}
      {value !== null && of !== null && error === null && (
        <TrailPages shown={auditViewFrom(of)} page={value} />
      )}
    </section>
  );
}

interface TrailPagesProps {
  /** The view that the page was loaded for. */
  readonly shown: AuditView;
  readonly page: AuditPage;
}

function TrailPages({ shown, page: { data, page } }: TrailPagesProps) {
  const trail = trailOf(shown);
  const isCurrent = () => trailOf(auditView.value) === trail;
  if (!isCurrent()) return null;
  return (
    <Pagination
      list={`changes?${trail}`}
      page={shown.page}
      cursor={shown.cursor}
      pageSize={PAGE_SIZE}
      shown={data.length}
      total={null}
      next={page.cursor}
      // A cursor belongs to one trail: once another was chosen, it leads nowhere.
      addressOf={(page, cursor) =>
        activityAddress(isCurrent() ? { ...shown, page, cursor } : auditView.value)
      }
    />
  );
}

function changesName(count: number): string {
  return `${countName(count)} ${count === 1 ? "change" : "changes"}`;
}

function NoChange({ view }: { view: AuditView }) {
  return (
    <div class="empty">
      <span class="mark faint">
        <SearchIcon />
      </span>
      <h3>{leavesOut(view) ? "No change matches" : "Nothing is on record"}</h3>
      {leavesOut(view) && (
        <a class="button" href={activityAddress(WHOLE_TRAIL)}>
          Clear filters
        </a>
      )}
    </div>
  );
}

/** Begins another page at its top. */
function useBeginning(page: number, section: { readonly current: HTMLElement | null }): void {
  const seen = useRef(page);
  useLayoutEffect(() => {
    if (seen.current !== page) section.current?.scrollIntoView();
    seen.current = page;
  }, [page, section]);
}

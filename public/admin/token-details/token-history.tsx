import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { AuditEvents, EventsSkeleton } from "../activity/audit-events.tsx";
import { narrowed, WHOLE_TRAIL } from "../activity/audit-view.ts";
import { records } from "../api/record-calls.ts";
import { activityAddress } from "../app/addresses.ts";
import { countName } from "../app/format.ts";
import { useLoaded } from "../app/loading.ts";
import { ErrorMessage } from "../ui/error-message.tsx";
import { useFocusAfter } from "../ui/focus.ts";

/** How many changes are shown at first. */
const FEW = 5;

/** How many are shown on demand; the audit trail has the others. */
const MANY = 100;

/** The changes to a token, newest first. */
export function TokenHistory({ id }: { id: string }) {
  const isWhole = useSignal(false);
  const list = useRef<HTMLDivElement>(null);
  // The button that asked for more is gone.
  useFocusAfter(!isWhole.value, list);
  const { value, error, isLoading, reload } = useLoaded(id, () =>
    records.audit({ pagination: { limit: MANY }, filters: [{ key: "target", eq: id }] }),
  );
  const events = value?.data ?? [];
  const hidden = isWhole.value ? 0 : Math.max(0, events.length - FEW);
  return (
    <section class="card" aria-label="History" aria-busy={isLoading}>
      <div class="section-head">
        <h2>History</h2>
        <p class="section-tools">
          <a href={activityAddress(narrowed(WHOLE_TRAIL, { token: id, part: "actor" }))}>
            Changes made with this token
          </a>
        </p>
      </div>
      {error !== null && (
        <div class="card-body">
          <ErrorMessage error={error} whenUnreachable="The history loads once it answers." onRetry={reload} />
        </div>
      )}
      {value === null && error === null && <EventsSkeleton />}
      <div ref={list} tabIndex={-1} class="events-space">
        {value !== null && <AuditEvents events={hidden === 0 ? events : events.slice(0, FEW)} isOfOne />}
      </div>
      {hidden > 0 && (
        <p class="section-foot">
          <button
            type="button"
            class="button small"
            onClick={() => {
              isWhole.value = true;
            }}
          >
            Show {countName(hidden)} more
          </button>
        </p>
      )}
      {hidden === 0 && value?.page.more === true && (
        <p class="section-foot">
          <a href={activityAddress(narrowed(WHOLE_TRAIL, { token: id, part: "target" }))}>
            All changes to this token
          </a>
        </p>
      )}
    </section>
  );
}

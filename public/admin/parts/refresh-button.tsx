import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { announce } from "../state/announcements.ts";
import { refresh } from "../state/api.ts";

interface RefreshButtonProps {
  /** What it stands beside, for screen readers, as in `Refresh the list`. */
  readonly what?: string;
  /** Whether that is being loaded. */
  readonly isLoading: boolean;
}

/** Loads everything on the page anew, as after a change, and says when that is done. */
export function RefreshButton({ what, isLoading }: RefreshButtonProps) {
  const isAwaited = useSignal(false);
  useEffect(() => {
    if (isLoading || !isAwaited.value) return;
    isAwaited.value = false;
    announce("Refreshed");
  }, [isLoading]);
  return (
    <button
      type="button"
      class="button"
      onClick={() => {
        isAwaited.value = true;
        refresh();
      }}
    >
      {isAwaited.value ? "Refreshing…" : "Refresh"}
      {what !== undefined && <span class="unseen"> {what}</span>}
    </button>
  );
}

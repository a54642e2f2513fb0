import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { refresh } from "../api/token-calls.ts";
import { hasScreenFailed, isScreenLoading } from "../app/screen-loads.ts";
import { announce } from "./announcements.ts";

interface RefreshButtonProps {
  /** The name of the part that it stands beside, for screen readers, as in `Refresh the list`. */
  readonly what?: string;
}

/** Loads everything on the page again, as after a change, and says when all of it has come. */
export function RefreshButton({ what }: RefreshButtonProps) {
  const isLoading = isScreenLoading.value;
  const isAwaited = useSignal(false);
  useEffect(() => {
    // Another load may have begun since this was drawn.
    if (isScreenLoading.peek() || !isAwaited.value) return;
    isAwaited.value = false;
    // A failure is shown, and spoken, where it happened.
    if (!hasScreenFailed.peek()) announce("Refreshed");
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

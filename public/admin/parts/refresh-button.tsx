import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { announce } from "../state/announcements.ts";
import { refresh } from "../state/api.ts";
import type { Loaded } from "../state/loading.ts";

interface RefreshButtonProps {
  /** What it stands beside, for screen readers, as in `Refresh the list`. */
  readonly what?: string;
  /** Everything that this button loads again. */
  readonly loads: readonly Pick<Loaded<unknown>, "isLoading" | "error">[];
}

/** Loads everything on the page again, as after a change, and says when all of it has come. */
export function RefreshButton({ what, loads }: RefreshButtonProps) {
  const isLoading = loads.some((load) => load.isLoading);
  const isAwaited = useSignal(false);
  useEffect(() => {
    if (isLoading || !isAwaited.value) return;
    isAwaited.value = false;
    // A failure is shown, and spoken, where it happened.
    if (loads.every(({ error }) => error === null)) announce("Refreshed");
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

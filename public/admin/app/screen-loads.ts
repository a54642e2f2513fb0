import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { changes } from "../api/token-calls.ts";

export interface LoadState {
  readonly isLoading: boolean;
  /** Null unless the last load failed. */
  readonly error: unknown;
  /** What `changes` was when the load began. */
  readonly changes: number;
}

/** The state of each load of what the page shows. */
const states = signal<ReadonlySet<ReadonlySignal<LoadState>>>(new Set());

/** Whether anything on the page is being loaded, or is about to be: a refresh counts from its first moment. */
export const isScreenLoading = computed(() =>
  [...states.value].some(({ value }) => value.isLoading || value.changes !== changes.value),
);

/** Whether anything on the page could not be loaded. */
export const hasScreenFailed = computed(() => [...states.value].some(({ value }) => value.error !== null));

/** Counts a load among those of the page. Returns a function that ends this. */
export function countLoad(state: ReadonlySignal<LoadState>): () => void {
  states.value = new Set([...states.peek(), state]);
  return () => {
    states.value = new Set([...states.peek()].filter((other) => other !== state));
  };
}

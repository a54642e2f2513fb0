import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { changes } from "../api/token-calls.ts";

export interface LoadState {
  readonly isLoading: boolean;
  /** Null unless the last load failed. */
  readonly error: unknown;
  /** The value of `changes` when the load began. */
  readonly changes: number;
}

/** The states of all loads on the screen. */
const states = signal<ReadonlySet<ReadonlySignal<LoadState>>>(new Set());

/** Whether anything on the screen loads, or is about to: a refresh counts from its first moment. */
export const isScreenLoading = computed(() =>
  [...states.value].some(({ value }) => value.isLoading || value.changes !== changes.value),
);

/** Whether a load on the screen failed. */
export const hasScreenFailed = computed(() => [...states.value].some(({ value }) => value.error !== null));

/** Adds a load to those of the screen. Returns a function that removes it. */
export function countLoad(state: ReadonlySignal<LoadState>): () => void {
  states.value = new Set([...states.peek(), state]);
  return () => {
    states.value = new Set([...states.peek()].filter((other) => other !== state));
  };
}

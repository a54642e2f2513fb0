import { type ReadonlySignal, useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Unreachable } from "../api/client.ts";
import { returns } from "../api/reachability.ts";
import { changes } from "../api/token-calls.ts";
import { readClock } from "./clock.ts";
import { countLoad, type LoadState } from "./screen-loads.ts";

export interface Loaded<Value> {
  /** The key of `value`. It differs from the current key while the next value is loaded. */
  readonly of: string | null;
  /** The last loaded value, also while the next one loads. After an error, only a value of the same key. */
  readonly value: Value | null;
  readonly error: unknown;
  readonly isLoading: boolean;
  readonly reload: () => void;
}

type State<Value> = Omit<Loaded<Value>, "reload"> & LoadState;

/** Loads again whenever `key` changes, the page has changed something, or the server has come back. */
export function useLoaded<Value>(key: string, load: () => Promise<Value>): Loaded<Value> {
  const state = useSignal<State<Value>>({ of: null, value: null, error: null, isLoading: true, changes: 0 });
  const latest = useRef(0);
  const begun = useRef(key);
  const reload = () => {
    latest.current += 1;
    begun.current = key;
    const mine = latest.current;
    const seen = changes.peek();
    state.value = { ...state.value, error: null, isLoading: true, changes: seen };
    load().then(
      (value) => {
        readClock();
        if (mine !== latest.current) return;
        state.value = { of: key, value, error: null, isLoading: false, changes: seen };
      },
      (error) => {
        if (mine !== latest.current) return;
        const { of, value } = state.value;
        state.value = { of, value: of === key ? value : null, error, isLoading: false, changes: seen };
      },
    );
  };
  useLayoutEffect(() => countLoad(state), [state]);
  // `key` stands for all that `load` depends on. Before the page is drawn: between a load and another that follows from
  // it, nobody may take the page for loaded.
  useLayoutEffect(reload, [key, changes.value]);
  useReturn(state.value.error, reload);
  useGone(() => {
    latest.current += 1;
  });
  return { ...state.value, isLoading: state.value.isLoading || begun.current !== key, reload };
}

export interface ActionState {
  readonly isRunning: boolean;
  readonly error: unknown;
}

export interface Action<Input> {
  /** Starts it, unless it runs already: a form that is submitted twice at once is sent once. */
  readonly run: (input: Input) => void;
  /** Forgets the error, and does not try again. */
  readonly forget: () => void;
  readonly state: ReadonlySignal<ActionState>;
}

export interface ActionOptions {
  /** Whether a repetition does no harm. Then the action is repeated once the server is back. */
  readonly isRepeatable: boolean;
}

/** An action that a person starts. */
export function useAction<Input>(
  act: (input: Input) => Promise<void>,
  { isRepeatable }: ActionOptions,
): Action<Input> {
  const state = useSignal<ActionState>({ isRunning: false, error: null });
  const repeat = useRef(() => {});
  const run = (input: Input) => {
    if (state.value.isRunning) return;
    repeat.current = () => run(input);
    state.value = { isRunning: true, error: null };
    const end = (error: unknown) => {
      state.value = { isRunning: false, error };
    };
    act(input).then(() => end(null), end);
  };
  useReturn(isRepeatable ? state.value.error : null, () => repeat.current());
  const forget = () => {
    state.value = { ...state.value, error: null };
  };
  return { run, forget, state };
}

/** Returns a function that closes a form, unless the form is being sent. */
export function closing({ state }: Pick<Action<never>, "state">, onClose: () => void): () => void {
  return () => {
    if (!state.value.isRunning) onClose();
  };
}

/** Calls `onReturn` once the server is back, if it was unreachable. */
function useReturn(error: unknown, onReturn: () => void): void {
  const seen = useRef(returns.value);
  const count = returns.value;
  useEffect(() => {
    const isBack = seen.current !== count;
    seen.current = count;
    if (isBack && error instanceof Unreachable) onReturn();
  });
}

/** Calls `onGone` once the component is no longer on the page. */
function useGone(onGone: () => void): void {
  useEffect(() => onGone, []);
}

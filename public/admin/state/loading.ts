import { useEffect, useRef, useState } from "preact/hooks";
import { Unreachable } from "../api/client.ts";
import { changes } from "./api.ts";
import { readClock } from "./clock.ts";
import { returns } from "./reachability.ts";

export interface Loaded<Value> {
  /** The last that came, also while the next is loaded; under an error, only what came for the same key. */
  readonly value: Value | null;
  readonly error: unknown;
  readonly isLoading: boolean;
  readonly reload: () => void;
}

interface State<Value> extends Omit<Loaded<Value>, "reload"> {
  /** The key that the value came for. */
  readonly of: string | null;
}

/** Loads again whenever `key` changes, the page has changed something, or the server has come back. */
export function useLoaded<Value>(key: string, load: () => Promise<Value>): Loaded<Value> {
  const [{ of: _, ...state }, setState] = useState<State<Value>>({
    of: null,
    value: null,
    error: null,
    isLoading: true,
  });
  const latest = useRef(0);
  const begun = useRef(key);
  const reload = () => {
    latest.current += 1;
    begun.current = key;
    const mine = latest.current;
    setState((last) => ({ ...last, error: null, isLoading: true }));
    load().then(
      (value) => {
        readClock();
        if (mine === latest.current) setState({ of: key, value, error: null, isLoading: false });
      },
      (error) => {
        if (mine !== latest.current) return;
        setState(({ of, value }) => ({ of, value: of === key ? value : null, error, isLoading: false }));
      },
    );
  };
  // `key` stands for all that `load` depends on.
  useEffect(reload, [key, changes.value]);
  useReturn(state.error, reload);
  useGone(() => {
    latest.current += 1;
  });
  return { ...state, isLoading: state.isLoading || begun.current !== key, reload };
}

export interface Action<Input> {
  readonly run: (input: Input) => void;
  /** Takes back what went wrong, and with it the promise to try again. */
  readonly forget: () => void;
  readonly isRunning: boolean;
  readonly error: unknown;
}

export interface ActionOptions {
  /** Whether it does no harm to do it twice: then it is done again by itself once the server is back. */
  readonly isRepeatable: boolean;
}

/** Something that a person sets off. */
export function useAction<Input>(
  act: (input: Input) => Promise<void>,
  { isRepeatable }: ActionOptions,
): Action<Input> {
  const [state, setState] = useState({ isRunning: false, error: null as unknown });
  const isGone = useRef(false);
  const repeat = useRef(() => {});
  const run = (input: Input) => {
    repeat.current = () => run(input);
    setState({ isRunning: true, error: null });
    act(input).then(
      () => isGone.current || setState({ isRunning: false, error: null }),
      (error) => isGone.current || setState({ isRunning: false, error }),
    );
  };
  useReturn(isRepeatable ? state.error : null, () => repeat.current());
  useGone(() => {
    isGone.current = true;
  });
  const forget = () => setState(({ isRunning }) => ({ isRunning, error: null }));
  return { run, forget, ...state };
}

/** Does something once the server is back, if it was unreachable. */
function useReturn(error: unknown, onReturn: () => void): void {
  const seen = useRef(returns.value);
  const count = returns.value;
  useEffect(() => {
    const isBack = seen.current !== count;
    seen.current = count;
    if (isBack && error instanceof Unreachable) onReturn();
  });
}

/** Does something once what uses it is no longer on the page. */
function useGone(onGone: () => void): void {
  useEffect(() => onGone, []);
}

import { computed, type ReadonlySignal, signal } from "@preact/signals";

/** The unfinished text of a field. Its value is kept elsewhere, for example in the address. */
export interface Draft {
  /** The text to show: the typed text, or else the value. */
  readonly text: ReadonlySignal<string>;
  readonly type: (text: string) => void;
  /** Shows the value again. */
  readonly drop: () => void;
  /** Ends the watch on the value. Call it when the field is removed. */
  readonly stop: () => void;
}

/** A draft of a value. When the value changes, for example by Back, the draft is dropped and the new value shows. */
export function draftOf(value: ReadonlySignal<string>): Draft {
  const typed = signal<string | null>(null);
  const drop = () => {
    typed.value = null;
  };
  return {
    text: computed(() => typed.value ?? value.value),
    type: (text) => {
      typed.value = text;
    },
    drop,
    stop: value.subscribe(drop),
  };
}

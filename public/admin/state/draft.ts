import { computed, type ReadonlySignal, signal } from "@preact/signals";

/** What is typed into a field for a value that stands elsewhere, as in the address. */
export interface Draft {
  /** What the field shows: what is typed, or the value. */
  readonly text: ReadonlySignal<string>;
  readonly type: (text: string) => void;
  /** Shows the value again. */
  readonly drop: () => void;
  /** To be called once the field is gone. */
  readonly stop: () => void;
}

/** A draft, which is dropped as soon as the value changes: what comes by another way, as by Back, is shown. */
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

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { DownIcon } from "./icons.tsx";

interface SelectProps {
  /** What is chosen here, for screen readers: to the eye the choice itself says it. */
  readonly name: string;
  readonly value: string | number;
  readonly kind?: string;
  readonly onChoose: (value: string) => void;
  /** Its options. */
  readonly children: ComponentChildren;
}

/** One of several things, in little space. */
export function Select({ name, value, kind = "", onChoose, children }: SelectProps) {
  const id = useId();
  return (
    <div class={`select ${kind}`}>
      <label class="unseen" for={id}>
        {name}
      </label>
      <select
        id={id}
        class="input"
        value={value}
        onChange={({ currentTarget }) => onChoose(currentTarget.value)}
      >
        {children}
      </select>
      <DownIcon />
    </div>
  );
}

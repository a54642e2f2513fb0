import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { DownIcon } from "../ui/icons.tsx";

interface SelectProps {
  readonly name: string;
  /** Whether the name is seen, or only read out, since the choice itself says it. */
  readonly isNamed?: boolean;
  readonly value: string | number;
  readonly kind?: string;
  readonly onChoose: (value: string) => void;
  /** Its options. */
  readonly children: ComponentChildren;
}

/** One of several things, in little space. */
export function Select({ name, isNamed = false, value, kind = "", onChoose, children }: SelectProps) {
  const id = useId();
  return (
    <div class={isNamed ? "field" : undefined}>
      <label class={isNamed ? undefined : "unseen"} for={id}>
        {name}
      </label>
      <div class={`select ${kind}`}>
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
    </div>
  );
}

import { useId } from "preact/hooks";

interface ChoiceProps {
  readonly group: string;
  readonly title: string;
  readonly text?: string;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

/** A radio button with a title and a text. */
export function Choice({ group, title, text, isChosen, onChoose }: ChoiceProps) {
  const id = useId();
  return (
    <label class={text === undefined ? "choice short" : "choice"} for={id}>
      <input
        id={id}
        type="radio"
        name={group}
        checked={isChosen}
        aria-describedby={text === undefined ? undefined : `${id}-text`}
        aria-label={title}
        onChange={onChoose}
      />
      <span class="choice-title">{title}</span>
      {text !== undefined && (
        <span class="hint" id={`${id}-text`}>
          {text}
        </span>
      )}
    </label>
  );
}

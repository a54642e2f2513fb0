import type { RefObject } from "preact";
import { useId } from "preact/hooks";

/** In units of UTF-16, of which a character has up to two; the API judges its own limit of 500 characters. */
const DESCRIPTION_LIMIT = 1000;

interface DescriptionFieldProps {
  readonly field: RefObject<HTMLInputElement | null>;
  readonly text: string;
  readonly fault: string | null;
  readonly onChange: (text: string) => void;
}

export function DescriptionField({ field, text, fault, onChange }: DescriptionFieldProps) {
  const fieldId = useId();
  return (
    <div class="field">
      <label for={fieldId}>Description</label>
      <input
        ref={field}
        id={fieldId}
        class="input"
        type="text"
        value={text}
        maxLength={DESCRIPTION_LIMIT}
        placeholder="What it is for, such as: Nightly backup on db-3"
        autocomplete="off"
        aria-invalid={fault !== null}
        aria-describedby={fault === null ? undefined : `${fieldId}-fault`}
        onInput={({ currentTarget }) => onChange(currentTarget.value)}
      />
      {fault !== null && (
        <p class="field-fault" id={`${fieldId}-fault`}>
          The description {fault}.
        </p>
      )}
    </div>
  );
}

/** What a description says, as the API is told: null for nothing. */
export function descriptionOf(text: string): string | null {
  return text.trim() === "" ? null : text.trim();
}

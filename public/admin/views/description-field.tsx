import type { Signal } from "@preact/signals";
import type { RefObject } from "preact";
import { useId } from "preact/hooks";
import { visible } from "../../../src/tokens/text.ts";
import { Written } from "../parts/written.tsx";

/** In units of UTF-16, of which a character has up to two; the API judges its own limit of 500 characters. */
const DESCRIPTION_LIMIT = 1000;

interface DescriptionFieldProps {
  readonly field: RefObject<HTMLInputElement | null>;
  readonly text: Signal<string>;
  readonly fault: string | null;
}

export function DescriptionField({ field, text, fault }: DescriptionFieldProps) {
  const fieldId = useId();
  const hasHidden = visible(text.value) !== text.value;
  const remarks = [
    ...(fault === null ? [] : [`${fieldId}-fault`]),
    ...(hasHidden ? [`${fieldId}-hidden`] : []),
  ];
  return (
    <div class="field">
      <label for={fieldId}>Description</label>
      <input
        ref={field}
        id={fieldId}
        class="input"
        type="text"
        value={text.value}
        maxLength={DESCRIPTION_LIMIT}
        placeholder="What it is for, such as: Nightly backup on db-3"
        autocomplete="off"
        aria-invalid={fault !== null}
        aria-describedby={remarks.length === 0 ? undefined : remarks.join(" ")}
        onInput={({ currentTarget }) => {
          text.value = currentTarget.value;
        }}
      />
      {fault !== null && (
        <p class="field-fault" id={`${fieldId}-fault`}>
          The description {fault}.
        </p>
      )}
      {hasHidden && (
        <p class="hint" id={`${fieldId}-hidden`}>
          It has characters that cannot be seen: <Written text={text.value} />
        </p>
      )}
    </div>
  );
}

/** What a description says, as the API is told: null for nothing. */
export function descriptionOf(text: string): string | null {
  return text.trim() === "" ? null : text.trim();
}

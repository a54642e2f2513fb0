import type { Signal } from "@preact/signals";
import type { RefObject } from "preact";
import { useId } from "preact/hooks";
import { DESCRIPTION_LIMIT } from "../../../src/tokens/limits.ts";
import { visible } from "../../../src/tokens/visible-text.ts";
import { VisibleText } from "../ui/visible-text.tsx";
import { lengthFault } from "./description.ts";

/** Browsers count units of UTF-16, of which a character has up to two. */
const UNITS_LIMIT = 2 * DESCRIPTION_LIMIT;

interface DescriptionFieldProps {
  readonly field: RefObject<HTMLInputElement | null>;
  readonly text: Signal<string>;
  /** The API's fault, as the end of a sentence. */
  readonly fault: string | null;
}

export function DescriptionField({ field, text, fault: told }: DescriptionFieldProps) {
  const fieldId = useId();
  const tooLong = lengthFault(text.value);
  const fault = tooLong ?? told;
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
        maxLength={UNITS_LIMIT}
        placeholder="Its purpose, such as: Nightly backup on db-3"
        autocomplete="off"
        aria-invalid={fault !== null}
        aria-describedby={remarks.length === 0 ? undefined : remarks.join(" ")}
        onInput={({ currentTarget }) => {
          text.value = currentTarget.value;
        }}
      />
      {fault !== null && (
        <p class="field-fault" id={`${fieldId}-fault`} role={tooLong === null ? undefined : "alert"}>
          The description {fault}.
        </p>
      )}
      {hasHidden && (
        <p class="hint" id={`${fieldId}-hidden`}>
          It has invisible characters: <VisibleText text={text.value} />
        </p>
      )}
    </div>
  );
}

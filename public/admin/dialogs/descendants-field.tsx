import type { Signal } from "@preact/signals";
import { useId } from "preact/hooks";
import type { StatusCounts } from "../api/types.ts";
import type { Loaded } from "../app/loading.ts";
import { ErrorMessage } from "../ui/error-message.tsx";
import { Notice } from "../ui/notice.tsx";
import { alsoRevokeWords, noneLeftWords, revocableCount } from "./descendants.ts";

export const DESCENDANTS_SENTENCE =
  "Descendants are the tokens that it created or that replaced it, and their descendants. Was it stolen? Then revoke them too. If the token that you are signed in with is one of them, you are signed out.";

interface DescendantsFieldProps {
  readonly counts: Loaded<StatusCounts>;
  readonly isChosen: Signal<boolean>;
}

/** Whether the descendants of a token are revoked with it. It can be chosen before their number is known. */
export function DescendantsField({ counts: { value, error, reload }, isChosen }: DescendantsFieldProps) {
  const id = useId();
  if (value !== null && revocableCount(value) === 0) return <p class="muted">{noneLeftWords(value)}</p>;
  return (
    <>
      <Notice tone={value === null ? "neutral" : "caution"}>
        <label class="tick" for={id}>
          <input
            id={id}
            type="checkbox"
            checked={isChosen.value}
            aria-describedby={`${id}-text`}
            onChange={({ currentTarget }) => {
              isChosen.value = currentTarget.checked;
            }}
          />
          <strong>{alsoRevokeWords(value)}</strong>
        </label>
        <p class="hint" id={`${id}-text`}>
          {value === null && (error === null ? "Counting them… " : "How many there are is not known. ")}
          {DESCENDANTS_SENTENCE}
        </p>
      </Notice>
      {error !== null && (
        <ErrorMessage error={error} whenUnreachable="They are counted once it answers." onRetry={reload} />
      )}
    </>
  );
}

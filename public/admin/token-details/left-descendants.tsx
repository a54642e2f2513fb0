import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { api } from "../api/token-calls.ts";
import type { Token } from "../api/types.ts";
import { useLoaded } from "../app/loading.ts";
import { descendantsName, revocableCount, statusWords } from "../dialogs/descendants.ts";
import { RevokeDialog } from "../dialogs/revoke-dialog.tsx";
import { ErrorMessage } from "../ui/error-message.tsx";
import { useFocusAfter } from "../ui/focus.ts";
import { Notice } from "../ui/notice.tsx";

interface LeftDescendantsProps {
  readonly token: Token;
  /** Gets the focus when the revocation has removed the button. */
  readonly heading: RefObject<HTMLElement | null>;
}

/** Says that a token was revoked without all of its descendants, and offers to revoke these. */
export function LeftDescendants({ token, heading }: LeftDescendantsProps) {
  const { value, error, reload } = useLoaded(token.id, () => api.descendants(token.id));
  const isAsking = useSignal(false);
  const ask = (isAsked: boolean) => {
    isAsking.value = isAsked;
  };
  const count = value === null ? 0 : revocableCount(value);
  useFocusAfter(count > 0, heading);
  if (error !== null)
    return (
      <ErrorMessage
        error={error}
        whenUnreachable="Its descendants are counted once it answers."
        onRetry={reload}
      />
    );
  if (value === null || count === 0) return null;
  return (
    <Notice tone="caution">
      <p>
        <strong>
          {descendantsName(count)} {count === 1 ? "is" : "are"} not revoked
        </strong>{" "}
        ({statusWords(value)}).
      </p>
      <button type="button" class="button small" onClick={() => ask(true)}>
        Revoke {count === 1 ? "it" : "them"}
      </button>
      {isAsking.value && <RevokeDialog token={token} onClose={() => ask(false)} />}
    </Notice>
  );
}

import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { ApiError } from "../api/client.ts";
import { api, refresh } from "../api/token-calls.ts";
import type { Status, Token, TokenRevocation } from "../api/types.ts";
import { closing, useAction, useLoaded } from "../app/loading.ts";
import { self } from "../session/session.ts";
import { LastWriter } from "../token-details/last-writer.tsx";
import { NamedToken } from "../token-details/named-token.tsx";
import { nameOf } from "../token-details/token-name.tsx";
import { announce } from "../ui/announcements.ts";
import { Dialog } from "../ui/dialog.tsx";
import { DialogFailure } from "../ui/dialog-failure.tsx";
import { ErrorMessage } from "../ui/error-message.tsx";
import { Notice } from "../ui/notice.tsx";
import { revokedWords, revokeWords } from "./descendants.ts";
import { DESCENDANTS_SENTENCE, DescendantsField } from "./descendants-field.tsx";

const CONSEQUENCES: Readonly<Record<Status, string>> = {
  active:
    "The next request of every program that uses it is refused. A revoked token can never be used again.",
  expired: "It has expired and is refused already. Revoking makes that final.",
  revoked: "Somebody else revoked it meanwhile.",
};

interface RevokeDialogProps {
  readonly token: Token;
  readonly onClose: () => void;
  readonly onRevoked?: () => void;
}

/** Revokes a token, and its descendants if that is chosen. Of a revoked token, it revokes the descendants. */
export function RevokeDialog({ token, onClose, onRevoked }: RevokeDialogProps) {
  const writers = useLoaded("writers", api.writers);
  const counts = useLoaded(token.id, () => api.descendants(token.id));
  const wasRevoked = useRef(token.status === "revoked").current;
  const withDescendants = useSignal(wasRevoked);
  const revocation = useAction(
    async (asked: TokenRevocation) => {
      const { descendants } = await api.revoke(asked);
      onClose();
      onRevoked?.();
      announce(revokedWords(nameOf(token), descendants));
    },
    { isRepeatable: true },
  );
  const { isRunning, error } = revocation.state.value;
  const close = closing(revocation, onClose);
  // It cannot be taken back: the server refuses the token already.
  const isPending = error instanceof ApiError && error.isPending;
  const closeRevoked = () => {
    onClose();
    onRevoked?.();
    refresh();
  };
  // A number that is not known is no reason to keep quiet.
  const alsoRevoked = withDescendants.value ? (counts.value?.active.write ?? Number.POSITIVE_INFINITY) : 0;
  const chosen = withDescendants.value ? (counts.value ?? "unknown") : "none";
  return (
    <Dialog
      title={wasRevoked ? "Revoke its descendants?" : "Revoke this token?"}
      onClose={isRunning ? null : isPending ? closeRevoked : close}
    >
      <div class="form dialog-body">
        <NamedToken token={token} />
        <p>
          {wasRevoked
            ? "It is revoked already, but not all its descendants are."
            : CONSEQUENCES[token.status]}
        </p>
        {token.id === self.value?.id && (
          <Notice tone="caution">
            <p>
              <strong>You are signed in with this token.</strong> Revoking it signs you out, and you need
              another one to come back.
            </p>
          </Notice>
        )}
        {wasRevoked ? (
          <p>{DESCENDANTS_SENTENCE}</p>
        ) : (
          <DescendantsField counts={counts} isChosen={withDescendants} />
        )}
        <LastWriter token={token} writers={writers} alsoRevoked={alsoRevoked} />
        <DialogFailure error={error}>
          <ErrorMessage
            error={error}
            whenUnreachable="The token is revoked by itself as soon as it answers."
          />
          {isPending && <p>Free space on the disk of Publisher, and do not restart Publisher before.</p>}
        </DialogFailure>
        <footer class="dialog-foot">
          <button
            type="button"
            class="button"
            disabled={isRunning}
            onClick={isPending ? closeRevoked : close}
          >
            {isPending ? "Close" : wasRevoked ? "Cancel" : "Keep it"}
          </button>
          {!isPending && (
            <button
              type="button"
              class="button danger"
              disabled={isRunning}
              onClick={() => revocation.run({ id: token.id, descendants: withDescendants.value })}
            >
              {isRunning ? "Revoking…" : revokeWords(wasRevoked, chosen)}
            </button>
          )}
        </footer>
      </div>
    </Dialog>
  );
}

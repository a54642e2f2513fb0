import type { Token } from "../api/types.ts";
import { Dialog } from "../parts/dialog.tsx";
import { NamedToken } from "../parts/named-token.tsx";
import { Failure, Notice } from "../parts/notice.tsx";
import { nameOf } from "../parts/token-name.tsx";
import { announce } from "../state/announcements.ts";
import { api } from "../state/api.ts";
import { closing, useAction, useLoaded } from "../state/loading.ts";
import { self } from "../state/session.ts";

interface RevokeDialogProps {
  readonly token: Token;
  readonly onClose: () => void;
  readonly onRevoked?: () => void;
}

export function RevokeDialog({ token, onClose, onRevoked }: RevokeDialogProps) {
  const writers = useLoaded("writers", api.writers);
  const revocation = useAction(
    async (id: string) => {
      await api.revoke(id);
      onClose();
      onRevoked?.();
      announce(`Revoked ${nameOf(token)}`);
    },
    { isRepeatable: true },
  );
  const { isRunning, error } = revocation.state.value;
  const close = closing(revocation, onClose);
  return (
    <Dialog title="Revoke this token?" onClose={isRunning ? null : close}>
      <div class="form dialog-body">
        <NamedToken token={token} />
        <p>
          {token.status === "active"
            ? "The next request of every program that uses it is refused. A revoked token can never be used again."
            : "It has expired and is refused already. Revoking makes that final."}
        </p>
        {token.id === self.value?.id && (
          <Notice tone="caution">
            <p>
              <strong>You are signed in with this token.</strong> Revoking it signs you out, and you need
              another one to come back.
            </p>
          </Notice>
        )}
        {isActiveWriter(token) && writers.value === null && (
          <UnknownWriters isFailed={writers.error !== null} />
        )}
        {isActiveWriter(token) && writers.value?.data.length === 1 && (
          <Notice tone="caution">
            <p>
              <strong>This is the last active token with write access.</strong> Without it nobody can create
              or revoke tokens here. On the server, <code>publisher token create --access write</code> makes
              another.
            </p>
          </Notice>
        )}
        {error !== null && (
          <Failure error={error} whenUnreachable="The token is revoked by itself as soon as it answers." />
        )}
        <footer class="dialog-foot">
          <button type="button" class="button" disabled={isRunning} onClick={close}>
            Keep it
          </button>
          <button
            type="button"
            class="button danger"
            disabled={isRunning}
            onClick={() => revocation.run(token.id)}
          >
            {isRunning ? "Revoking…" : "Revoke token"}
          </button>
        </footer>
      </div>
    </Dialog>
  );
}

function UnknownWriters({ isFailed }: { isFailed: boolean }) {
  if (!isFailed) return <p class="muted">Checking whether another active token has write access…</p>;
  return (
    <Notice tone="caution">
      <p>
        <strong>This may be the last active token with write access.</strong> Whether there is another is not
        known now. Without one nobody can create or revoke tokens here.
      </p>
    </Notice>
  );
}

function isActiveWriter({ access, audiences, status }: Token): boolean {
  return access === "write" && audiences === null && status === "active";
}

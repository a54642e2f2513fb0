import { useSignal } from "@preact/signals";
import type { Token } from "../api/types.ts";
import { EditDialog } from "../dialogs/edit-dialog.tsx";
import { RevokeDialog } from "../dialogs/revoke-dialog.tsx";
import { RotateDialog } from "../dialogs/rotate-dialog.tsx";
import { isRotatable } from "../dialogs/rotation.ts";

type Asking = "edit" | "rotate" | "revoke";

/** The actions for a token that has not ended. */
export function TokenActions({ token }: { token: Token }) {
  const asking = useSignal<Asking | null>(null);
  const ask = (asked: Asking | null) => {
    asking.value = asked;
  };
  const close = () => ask(null);
  return (
    <>
      <div class="page-actions">
        {token.status === "active" && (
          <button type="button" class="button" onClick={() => ask("edit")}>
            Edit
          </button>
        )}
        {isRotatable(token) && (
          <button type="button" class="button" onClick={() => ask("rotate")}>
            Rotate token
          </button>
        )}
        {token.status !== "revoked" && (
          <button type="button" class="button danger-quiet" onClick={() => ask("revoke")}>
            Revoke token
          </button>
        )}
      </div>
      {asking.value === "edit" && <EditDialog token={token} onClose={close} />}
      {asking.value === "rotate" && <RotateDialog token={token} onClose={close} />}
      {asking.value === "revoke" && <RevokeDialog token={token} onClose={close} />}
    </>
  );
}

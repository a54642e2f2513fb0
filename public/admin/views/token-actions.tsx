import { useSignal } from "@preact/signals";
import type { Token } from "../api/types.ts";
import { isRotatable } from "../state/rotation.ts";
import { EditDialog } from "./edit-dialog.tsx";
import { RevokeDialog } from "./revoke-dialog.tsx";
import { RotateDialog } from "./rotate-dialog.tsx";

type Asking = "edit" | "rotate" | "revoke";

/** What can be done with a token that is not over yet. */
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

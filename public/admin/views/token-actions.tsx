import { useState } from "preact/hooks";
import type { Token } from "../api/types.ts";
import { isRotatable } from "../state/rotation.ts";
import { EditDialog } from "./edit-dialog.tsx";
import { RevokeDialog } from "./revoke-dialog.tsx";
import { RotateDialog } from "./rotate-dialog.tsx";

type Asking = "edit" | "rotate" | "revoke";

/** What can be done with a token that is not over yet. */
export function TokenActions({ token }: { token: Token }) {
  const [asking, setAsking] = useState<Asking | null>(null);
  const close = () => setAsking(null);
  return (
    <>
      <div class="page-actions">
        {token.status === "active" && (
          <button type="button" class="button" onClick={() => setAsking("edit")}>
            Edit
          </button>
        )}
        {isRotatable(token) && (
          <button type="button" class="button" onClick={() => setAsking("rotate")}>
            Rotate token
          </button>
        )}
        {token.status !== "revoked" && (
          <button type="button" class="button danger-quiet" onClick={() => setAsking("revoke")}>
            Revoke token
          </button>
        )}
      </div>
      {asking === "edit" && <EditDialog token={token} onClose={close} />}
      {asking === "rotate" && <RotateDialog token={token} onClose={close} />}
      {asking === "revoke" && <RevokeDialog token={token} onClose={close} />}
    </>
  );
}

import type { Token } from "../api/types.ts";
import { AudienceTags } from "./audiences.tsx";
import { RightsBadge } from "./badges.tsx";
import { TokenName } from "./token-name.tsx";

/** Which token a dialog is about. */
export function NamedToken({ token }: { token: Token }) {
  return (
    <div class="named">
      <p class="named-title">
        <TokenName token={token} />
      </p>
      <p class="muted mono">
        {token.hint} · {token.id}
      </p>
      {token.audiences !== null && (
        <p class="named-audiences">
          {token.verifies === true && <RightsBadge token={token} />}
          <AudienceTags audiences={token.audiences} />
        </p>
      )}
    </div>
  );
}

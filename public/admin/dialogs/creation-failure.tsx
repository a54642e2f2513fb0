import { isAnswerLost, Unreachable } from "../api/client.ts";
import { isReachable } from "../api/reachability.ts";
import type { Token } from "../api/types.ts";
import { TokenLink } from "../token-details/token-link.tsx";
import { ErrorMessage } from "../ui/error-message.tsx";
import { Notice } from "../ui/notice.tsx";
import { ChangeFailure } from "./change-failure.tsx";
import type { LostCreation } from "./lost-creation.ts";

interface CreationFailureProps {
  readonly error: unknown;
  readonly lost: LostCreation;
}

/** Why a creation failed; if its answer got lost, also whether the token was created. */
export function CreationFailure({ error, lost }: CreationFailureProps) {
  const isBack = error instanceof Unreachable && isReachable.value;
  return (
    <>
      {!isBack && (
        <ChangeFailure
          error={error}
          whenUnreachable="Your input stays here. This text changes once it answers."
        />
      )}
      {isAnswerLost(error) && isReachable.value && (
        <div role="status">
          <Outcome {...lost} isBack={isBack} />
        </div>
      )}
    </>
  );
}

/** Whether the token was created although the answer got lost. */
function Outcome({ outcome, token, error, reload, isBack }: LostCreation & { readonly isBack: boolean }) {
  if (outcome === "created" && token !== null) return <Created token={token} />;
  if (error !== null)
    return (
      <>
        <p>Whether the token was created could not be checked:</p>
        <ErrorMessage error={error} whenUnreachable="It is asked again once it answers." onRetry={reload} />
      </>
    );
  return (
    <Notice tone="neutral">
      {isBack && <p>The answer did not arrive. Publisher answers again.</p>}
      <p>
        {outcome === "none"
          ? "No token was found. Press “Create token” once more. If the list shows two of them later, revoke the one that you do not use."
          : "Checking whether the token was created…"}
      </p>
    </Notice>
  );
}

function Created({ token }: { token: Token }) {
  return (
    <Notice tone="caution">
      <p>
        <strong>The token was created</strong>, but its secret got lost:{" "}
        <TokenLink id={token.id} token={token} />. Rotate it to get another secret, or revoke it.
      </p>
    </Notice>
  );
}

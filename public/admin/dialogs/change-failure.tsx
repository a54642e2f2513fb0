import type { ComponentChildren } from "preact";
import { STORE_UNCHANGED } from "../../../src/http/messages-known-to-pages.ts";
import { ApiError, type Conflict } from "../api/client.ts";
import type { Status } from "../api/types.ts";
import { tokenAddress } from "../app/addresses.ts";
import { ErrorMessage, type ErrorMessageProps } from "../ui/error-message.tsx";

/** Why a token was not created or changed, with the next step where the page knows one. */
export function ChangeFailure(failure: Omit<ErrorMessageProps, "words">) {
  return <ErrorMessage {...failure} words={wordsFor(failure.error)} />;
}

/** Undefined where the server's own words are enough. */
function wordsFor(error: unknown): ComponentChildren {
  if (!(error instanceof ApiError)) return undefined;
  if (error.conflict !== null) return <ConflictWords conflict={error.conflict} />;
  if (error.message !== STORE_UNCHANGED) return undefined;
  return `${STORE_UNCHANGED}. Tokens still work and can be revoked. Publisher’s log says why.`;
}

const ENDED: Readonly<Record<Status, string>> = {
  active: "This token was already replaced.",
  expired: "This token has expired and cannot be changed any more.",
  revoked: "This token was revoked and cannot be changed any more.",
};

function ConflictWords({ conflict: { status, replaced_by: successor } }: { conflict: Conflict }) {
  if (successor === null) return <>{ENDED[status]} Create a new one instead.</>;
  return (
    <>
      {ENDED[status]} Its successor is{" "}
      <a href={tokenAddress(successor)}>
        <code>{successor}</code>
      </a>
      : if nobody has the secret of that one, rotate that one.
    </>
  );
}

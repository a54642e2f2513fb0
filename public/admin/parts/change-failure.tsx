import { ApiError, type Conflict } from "../api/client.ts";
import type { Status } from "../api/types.ts";
import { tokenAddress } from "../state/addresses.ts";
import { Failure, type FailureProps } from "./notice.tsx";

/** Why a token was not changed: if because of what it is by now, in plain words and with what can be done. */
export function ChangeFailure(failure: Omit<FailureProps, "words">) {
  const { error } = failure;
  if (!(error instanceof ApiError) || error.conflict === null) return <Failure {...failure} />;
  return <Failure {...failure} words={<ConflictWords conflict={error.conflict} />} />;
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

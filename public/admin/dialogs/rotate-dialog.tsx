import { useSignal } from "@preact/signals";
import type { TargetedSubmitEvent } from "preact";
import { useRef } from "preact/hooks";
import { ApiError, Unreachable } from "../api/client.ts";
import { isReachable } from "../api/reachability.ts";
import { serverTime } from "../api/server-time.ts";
import { api } from "../api/token-calls.ts";
import type { Token, TokenRotation } from "../api/types.ts";
import { now } from "../app/clock.ts";
import { closing, useAction } from "../app/loading.ts";
import { self, showSecret } from "../session/session.ts";
import { NamedToken } from "../token-details/named-token.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { DialogFailure } from "../ui/dialog-failure.tsx";
import { Notice } from "../ui/notice.tsx";
import { ChangeFailure } from "./change-failure.tsx";
import { type Expires, ExpiryField, expiryOf } from "./expiry-field.tsx";
import { OverlapField } from "./overlap-field.tsx";
import {
  FIRST_OVERLAP,
  type Overlap,
  overlapSeconds,
  rotatedSentence,
  sameLifetimeSentence,
} from "./rotation.ts";

const SAME_EXPIRES: Expires = { way: "same" };

interface RotateDialogProps {
  readonly token: Token;
  readonly onClose: () => void;
  readonly onRotated?: () => void;
}

/** Gives a token a successor with a new secret. Another dialog then shows the secret. */
export function RotateDialog({ token, onClose, onRotated }: RotateDialogProps) {
  // The token as it was when the dialog was opened: afterwards its end is that of the overlap.
  const old = useRef(token).current;
  const overlap = useSignal<Overlap>(FIRST_OVERLAP);
  const expires = useSignal(SAME_EXPIRES);
  const rotation = useAction(
    async (asked: TokenRotation & { readonly overlap_seconds: number }) => {
      const created = await api.rotate(asked);
      const remark = rotatedSentence(old, asked.overlap_seconds, Date.parse(created.created_at));
      showSecret({ created, remark });
      onClose();
      onRotated?.();
    },
    { isRepeatable: false },
  );
  const { isRunning, error } = rotation.state.value;
  const close = closing(rotation, onClose);
  const isSelf = useRef(old.id === self.value?.id).current;
  const isEndingSelf = useSignal(false);
  const isChanged = () => overlap.value !== FIRST_OVERLAP || expires.value !== SAME_EXPIRES;
  const faultOf = (parameter: string) => (error instanceof ApiError ? error.faultOf(parameter) : null);
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const seconds = overlapSeconds(overlap.value);
    if (seconds === null) return;
    isEndingSelf.value = isSelf && seconds === 0;
    rotation.run({ id: old.id, overlap_seconds: seconds, ...expiryOf(expires.value, serverTime()) });
  };
  return (
    <Dialog title="Rotate this token?" onClose={isRunning ? null : close} isChanged={isChanged}>
      <form class="form dialog-body" onSubmit={submit}>
        <NamedToken token={old} />
        <p>
          You get a new token with the same rights and a new secret. Give the new secret to every program that
          uses the old one.
        </p>
        {isSelf && (
          <Notice tone="neutral">
            <p>
              <strong>You are signed in with this token.</strong> You stay signed in: this page goes on with
              the new one at once. Store its secret, or you cannot come back.
            </p>
          </Notice>
        )}
        <OverlapField token={old} chosen={overlap} fault={faultOf("overlap_seconds")} />
        <ExpiryField
          name="The new token expires"
          same={{ title: "As before", sentence: sameLifetimeSentence(old, now.value) }}
          chosen={expires}
          fault={faultOf("expires_at")}
        />
        <DialogFailure error={error} finding={isReachable.value}>
          <RotationFailure error={error} advice={lostAnswerSentence(isEndingSelf.value)} />
        </DialogFailure>
        <footer class="dialog-foot">
          <button type="button" class="button" disabled={isRunning} onClick={close}>
            Cancel
          </button>
          <button type="submit" class="button primary" disabled={isRunning}>
            {isRunning ? "Rotating…" : "Rotate token"}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

/** Why a rotation failed; if its answer got lost, also how to go on. */
function RotationFailure({ error, advice }: { error: unknown; advice: string }) {
  if (error instanceof Unreachable && isReachable.value)
    return (
      <Notice tone="neutral">
        <p>The answer did not arrive. Publisher answers again.</p>
        <p>{advice}</p>
      </Notice>
    );
  return (
    <ChangeFailure error={error} whenUnreachable="This text changes once it answers." whenOpen={advice} />
  );
}

/** Advice after a rotation without an answer. */
function lostAnswerSentence(isEndingSelf: boolean): string {
  return isEndingSelf
    ? "If the token was rotated before the answer got lost, it is revoked, and your next step signs you out. Then sign in with another token with write access, which publisher token create --access write makes on the server, and rotate the one that replaced it."
    : "If the token was rotated before the answer got lost, rotate it again: the error names its successor.";
}

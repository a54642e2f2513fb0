import { useSignal } from "@preact/signals";
import type { TargetedSubmitEvent } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { ApiError } from "../api/client.ts";
import { serverTime } from "../api/server-time.ts";
import { api } from "../api/token-calls.ts";
import type { Token, TokenUpdate } from "../api/types.ts";
import { exactTime } from "../app/format.ts";
import { closing, useAction } from "../app/loading.ts";
import { nameOf } from "../token-details/token-name.tsx";
import { announce } from "../ui/announcements.ts";
import { Dialog } from "../ui/dialog.tsx";
import { DialogFailure } from "../ui/dialog-failure.tsx";
import { ChangeFailure } from "./change-failure.tsx";
import { descriptionOf, lengthFault } from "./description.ts";
import { DescriptionField } from "./description-field.tsx";
import { type Expires, ExpiryField, expiryOf } from "./expiry-field.tsx";

const SAME_EXPIRES: Expires = { way: "same" };

interface EditDialogProps {
  readonly token: Token;
  readonly onClose: () => void;
}

/** Changes the description and the expiry of a token. Only changed values are sent. */
export function EditDialog({ token, onClose }: EditDialogProps) {
  // The token as it was when the dialog was opened.
  const before = useRef(token).current;
  const description = useSignal(token.description ?? "");
  const expires = useSignal(SAME_EXPIRES);
  const field = useRef<HTMLInputElement>(null);
  const saving = useAction(
    async (update: TokenUpdate) => {
      const updated = await api.update(update);
      onClose();
      announce(`Saved ${nameOf(updated)}`);
    },
    { isRepeatable: true },
  );
  const { isRunning, error } = saving.state.value;
  const close = closing(saving, onClose);
  const isChanged = () => description.value !== (before.description ?? "") || expires.value !== SAME_EXPIRES;
  const faultOf = (parameter: string) => (error instanceof ApiError ? error.faultOf(parameter) : null);
  useLayoutEffect(() => field.current?.focus(), []);
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (lengthFault(description.value) !== null) return field.current?.focus();
    const changes = {
      ...descriptionChange(before, description.value),
      ...expiryOf(expires.value, serverTime()),
    };
    if (Object.keys(changes).length === 0) close();
    else saving.run({ id: before.id, ...changes });
  };
  return (
    <Dialog title="Edit token" onClose={isRunning ? null : close} isChanged={isChanged}>
      <form class="form dialog-body" onSubmit={submit}>
        <DescriptionField field={field} text={description} fault={faultOf("description")} />
        <ExpiryField
          same={{ title: "As it is", sentence: asItIsSentence(before) }}
          chosen={expires}
          fault={faultOf("expires_at")}
        />
        <p class="muted">
          Its access and its services cannot be changed. If you need others, create a new token.
        </p>
        <DialogFailure error={error}>
          <ChangeFailure error={error} whenUnreachable="This is saved by itself as soon as it answers." />
        </DialogFailure>
        <footer class="dialog-foot">
          <button type="button" class="button" disabled={isRunning} onClick={close}>
            Cancel
          </button>
          <button type="submit" class="button primary" disabled={isRunning}>
            {isRunning ? "Saving…" : "Save"}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

/** Spaces around a description are not meant, but those of one that nobody touched stay. */
function descriptionChange({ description }: Token, text: string): Pick<TokenUpdate, "description"> {
  const isTouched = text !== (description ?? "") && descriptionOf(text) !== description;
  return isTouched ? { description: descriptionOf(text) } : {};
}

function asItIsSentence({ expires_at: expiresAt }: Token): string {
  return expiresAt === null ? "It does not end by itself." : `It ends on ${exactTime(expiresAt)}.`;
}

import type { TargetedSubmitEvent } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../api/client.ts";
import type { Access, NewToken } from "../api/types.ts";
import { Choice } from "../parts/choice.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { Failure, Notice } from "../parts/notice.tsx";
import { useAction } from "../state/loading.ts";
import { isReachable } from "../state/reachability.ts";
import { api, shownSecrets } from "../state/session.ts";
import { type Expires, ExpiryField, expiryOf } from "./expiry-field.tsx";

/** In units of UTF-16, of which a character has up to two; the API judges its own limit of 500 characters. */
const DESCRIPTION_LIMIT = 1000;

export function CreateDialog({ onClose }: { onClose: () => void }) {
  const [access, setAccess] = useState<Access>("read");
  const [description, setDescription] = useState("");
  const [expires, setExpires] = useState<Expires>({ way: "days", days: 90 });
  const field = useRef<HTMLInputElement>(null);
  const fieldId = useId();
  const { run, isRunning, error } = useAction(
    async (token: NewToken) => {
      const created = await api.create(token);
      shownSecrets.value = [...shownSecrets.value, created];
      onClose();
    },
    { isRepeatable: false },
  );
  const faults = new Map(
    error instanceof ApiError ? error.issues.map(({ path, message }) => [path, message]) : [],
  );
  useLayoutEffect(() => field.current?.focus(), []);
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = description.trim();
    run({ access, description: name === "" ? null : name, expires_at: expiryOf(expires, Date.now()) });
  };
  return (
    <Dialog title="New token" onClose={isRunning ? null : onClose}>
      <form class="form dialog-body" onSubmit={submit}>
        {error !== null && (
          <Failure
            error={error}
            whenUnreachable={
              isReachable.value
                ? "It is back now. If the token was created before the answer got lost, it is in the list: look there before you create it again."
                : "What you typed stays here. As soon as it answers, this says so."
            }
            whenUnreadable="If the token was created, it is in the list: look there before you create it again."
          />
        )}
        <div class="field">
          <label for={fieldId}>Description</label>
          <input
            ref={field}
            id={fieldId}
            class="input"
            type="text"
            value={description}
            maxLength={DESCRIPTION_LIMIT}
            placeholder="What it is for, such as: Nightly backup on db-3"
            autocomplete="off"
            aria-invalid={faults.has("description")}
            aria-describedby={faults.has("description") ? `${fieldId}-fault` : undefined}
            onInput={({ currentTarget }) => setDescription(currentTarget.value)}
          />
          {faults.has("description") && (
            <p class="field-fault" id={`${fieldId}-fault`}>
              The description {faults.get("description")}.
            </p>
          )}
        </div>
        <fieldset class="field">
          <legend>Access</legend>
          <div class="choices">
            <Choice
              group="access"
              isChosen={access === "read"}
              title="Read"
              text="Sees everything, changes nothing."
              onChoose={() => setAccess("read")}
            />
            <Choice
              group="access"
              isChosen={access === "write"}
              title="Write"
              text="May also create and revoke tokens."
              onChoose={() => setAccess("write")}
            />
          </div>
        </fieldset>
        <ExpiryField expires={expires} fault={faults.get("expires_at") ?? null} onChange={setExpires} />
        {expires.way === "never" && (
          <Notice tone="caution">
            <p>
              A token that never expires works until somebody revokes it, also after everybody has forgotten
              it.
            </p>
          </Notice>
        )}
        <footer class="dialog-foot">
          <button type="button" class="button" disabled={isRunning} onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="button primary" disabled={isRunning}>
            {isRunning ? "Creating…" : "Create token"}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

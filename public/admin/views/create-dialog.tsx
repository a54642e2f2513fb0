import type { TargetedSubmitEvent } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../api/client.ts";
import { serverTime } from "../api/server-time.ts";
import type { Access, NewToken } from "../api/types.ts";
import { Choice } from "../parts/choice.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { Failure } from "../parts/notice.tsx";
import { ACCESS_SENTENCES } from "../parts/words.ts";
import { api } from "../state/api.ts";
import { useAction } from "../state/loading.ts";
import { isReachable } from "../state/reachability.ts";
import { showSecret } from "../state/session.ts";
import { AudienceField, audiencesOf, type Purpose, purposeFault } from "./audience-field.tsx";
import { DescriptionField, descriptionOf } from "./description-field.tsx";
import { type Expires, ExpiryField, expiryOf } from "./expiry-field.tsx";

export function CreateDialog({ onClose }: { onClose: () => void }) {
  const [access, setAccess] = useState<Access>("read");
  const [description, setDescription] = useState("");
  const [purpose, setPurpose] = useState<Purpose>({ isForServices: false, names: "" });
  const [isChecked, setChecked] = useState(false);
  const [expires, setExpires] = useState<Expires>({ way: "days", days: 90 });
  const field = useRef<HTMLInputElement>(null);
  const names = useRef<HTMLInputElement>(null);
  const { run, isRunning, error } = useAction(
    async (token: NewToken) => {
      showSecret({ created: await api.create(token), remark: null });
      onClose();
    },
    { isRepeatable: false },
  );
  const faultOf = (parameter: string) => (error instanceof ApiError ? error.faultOf(parameter) : null);
  const told = faultOf("audiences");
  useLayoutEffect(() => field.current?.focus(), []);
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setChecked(true);
    if (purposeFault(purpose) !== null) return names.current?.focus();
    run({
      access,
      audiences: audiencesOf(purpose),
      description: descriptionOf(description),
      ...expiryOf(expires, serverTime()),
    });
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
        <DescriptionField
          field={field}
          text={description}
          fault={faultOf("description")}
          onChange={setDescription}
        />
        <AudienceField
          field={names}
          purpose={purpose}
          fault={(isChecked ? purposeFault(purpose) : null) ?? (told && `The services ${told}.`)}
          onChange={setPurpose}
        />
        <AccessField access={access} isForServices={purpose.isForServices} onChange={setAccess} />
        <ExpiryField expires={expires} fault={faultOf("expires_at")} onChange={setExpires} />
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

interface AccessFieldProps {
  readonly access: Access;
  readonly isForServices: boolean;
  readonly onChange: (access: Access) => void;
}

function AccessField({ access, isForServices, onChange }: AccessFieldProps) {
  const sentences = ACCESS_SENTENCES[isForServices ? "services" : "publisher"];
  return (
    <fieldset class="field">
      <legend>Access</legend>
      <div class="choices">
        <Choice
          group="access"
          isChosen={access === "read"}
          title="Read"
          text={sentences.read}
          onChoose={() => onChange("read")}
        />
        <Choice
          group="access"
          isChosen={access === "write"}
          title="Write"
          text={sentences.write}
          onChoose={() => onChange("write")}
        />
      </div>
    </fieldset>
  );
}

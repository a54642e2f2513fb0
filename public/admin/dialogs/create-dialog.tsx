import { type Signal, useSignal } from "@preact/signals";
import type { TargetedSubmitEvent } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { ApiError, isAnswerLost } from "../api/client.ts";
import { isReachable } from "../api/reachability.ts";
import { serverTime } from "../api/server-time.ts";
import type { Access, NewToken } from "../api/types.ts";
import { tokenAddress } from "../app/addresses.ts";
import { closing, useAction } from "../app/loading.ts";
import { Choice } from "../fields/choice.tsx";
import { showSecret } from "../session/session.ts";
import { Dialog } from "../ui/dialog.tsx";
import { DialogFailure } from "../ui/dialog-failure.tsx";
import { ACCESS_SENTENCES } from "../ui/words.ts";
import { AudienceField, audiencesOf, isVerifying, type Purpose, purposeFault } from "./audience-field.tsx";
import { CreationFailure } from "./creation-failure.tsx";
import { descriptionOf, lengthFault } from "./description.ts";
import { DescriptionField } from "./description-field.tsx";
import { type Expires, ExpiryField, expiryOf } from "./expiry-field.tsx";
import { createOnce, type LostRequest, useLostCreation } from "./lost-creation.ts";

const FIRST_ACCESS: Access = "read";
const FIRST_PURPOSE: Purpose = { isForServices: false, verifies: false, names: "" };
const FIRST_EXPIRES: Expires = { way: "days", days: 90 };

export function CreateDialog({ onClose }: { onClose: () => void }) {
  const access = useSignal<Access>(FIRST_ACCESS);
  const description = useSignal("");
  const purpose = useSignal<Purpose>(FIRST_PURPOSE);
  const isChecked = useSignal(false);
  const expires = useSignal<Expires>(FIRST_EXPIRES);
  const field = useRef<HTMLInputElement>(null);
  const names = useRef<HTMLInputElement>(null);
  const request = useSignal<LostRequest | null>(null);
  const creation = useAction(
    async (token: NewToken) => {
      showSecret({ created: await createOnce(token, request), remark: null });
      onClose();
    },
    { isRepeatable: false },
  );
  const { isRunning, error } = creation.state.value;
  const close = closing(creation, onClose);
  const lost = useLostCreation(isAnswerLost(error) && isReachable.value ? request.value : null);
  // Until it is known that there is none, another press would make a second token.
  const mayDouble = () => isAnswerLost(creation.state.value.error) && lost.outcome !== "none";
  const isChanged = () =>
    lost.token === null &&
    (description.value !== "" ||
      purpose.value !== FIRST_PURPOSE ||
      access.value !== FIRST_ACCESS ||
      expires.value !== FIRST_EXPIRES);
  const faultOf = (parameter: string) => (error instanceof ApiError ? error.faultOf(parameter) : null);
  const told = faultOf("audiences");
  useLayoutEffect(() => field.current?.focus(), []);
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (mayDouble()) return;
    isChecked.value = true;
    if (lengthFault(description.value) !== null) return field.current?.focus();
    if (purposeFault(purpose.value) !== null) return names.current?.focus();
    creation.run({
      ...rightsOf(purpose.value, access.value),
      audiences: audiencesOf(purpose.value),
      description: descriptionOf(description.value),
      ...expiryOf(expires.value, serverTime()),
    });
  };
  return (
    <Dialog title="New token" onClose={isRunning ? null : close} isChanged={isChanged}>
      <form class="form dialog-body" onSubmit={submit}>
        <DescriptionField field={field} text={description} fault={faultOf("description")} />
        <AudienceField
          field={names}
          purpose={purpose}
          fault={(isChecked.value ? purposeFault(purpose.value) : null) ?? (told && `The services ${told}.`)}
        />
        {!isVerifying(purpose.value) && (
          <AccessField access={access} isForServices={purpose.value.isForServices} />
        )}
        <ExpiryField chosen={expires} fault={faultOf("expires_at")} />
        <DialogFailure error={error} finding={lost.outcome}>
          <CreationFailure error={error} lost={lost} />
        </DialogFailure>
        <footer class="dialog-foot">
          <button type="button" class="button" disabled={isRunning} onClick={close}>
            {lost.token === null ? "Cancel" : "Close"}
          </button>
          {lost.token === null ? (
            <button type="submit" class="button primary" disabled={isRunning || mayDouble()}>
              {isRunning ? "Creating…" : "Create token"}
            </button>
          ) : (
            <a class="button primary" href={tokenAddress(lost.token.id)}>
              Go to the token
            </a>
          )}
        </footer>
      </form>
    </Dialog>
  );
}

/** A token that checks tokens has read access, also where write was chosen before. */
function rightsOf(purpose: Purpose, access: Access): Pick<NewToken, "access" | "verifies"> {
  return isVerifying(purpose) ? { access: "read", verifies: true } : { access };
}

interface AccessFieldProps {
  readonly access: Signal<Access>;
  readonly isForServices: boolean;
}

function AccessField({ access, isForServices }: AccessFieldProps) {
  const choose = (chosen: Access) => {
    access.value = chosen;
  };
  const sentences = ACCESS_SENTENCES[isForServices ? "services" : "publisher"];
  return (
    <fieldset class="field">
      <legend>Access</legend>
      <div class="choices">
        <Choice
          group="access"
          isChosen={access.value === "read"}
          title="Read"
          text={sentences.read}
          onChoose={() => choose("read")}
        />
        <Choice
          group="access"
          isChosen={access.value === "write"}
          title="Write"
          text={sentences.write}
          onChoose={() => choose("write")}
        />
      </div>
    </fieldset>
  );
}

import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { isAudience } from "../../../src/tokens/audience.ts";
import { changeList, listView } from "../app/route.ts";
import { knownAudiences } from "../dialogs/audiences.ts";
import { Select } from "../fields/select.tsx";
import { changed, PUBLISHER } from "./list-view.ts";

/** Stands for a service that is not among those to choose from; none can be called so. */
const ANOTHER = "+";

/** The filter by audience. A service that no loaded token is for can be typed. */
export function AudienceSelect() {
  const isNaming = useSignal(false);
  const { audience } = listView.value;
  const known = new Set(knownAudiences.value);
  if (audience !== null && audience !== PUBLISHER) known.add(audience);
  const show = (chosen: string) => {
    isNaming.value = chosen === ANOTHER;
    if (chosen === ANOTHER) return;
    changeList((view) => changed(view, { audience: chosen === "" ? null : chosen }));
  };
  return (
    <>
      <Select name="For" value={isNaming.value ? ANOTHER : (audience ?? "")} onChoose={show}>
        <option value="">For anything</option>
        <option value={PUBLISHER}>For Publisher itself</option>
        {[...known].sort().map((name) => (
          <option key={name} value={name}>
            For {name}
          </option>
        ))}
        <option value={ANOTHER}>For another service…</option>
      </Select>
      {isNaming.value && <ServiceField onName={show} />}
    </>
  );
}

function ServiceField({ onName }: { onName: (name: string) => void }) {
  const text = useSignal("");
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  useEffect(() => field.current?.focus(), []);
  const isWrong = text.value !== "" && !isAudience(text.value);
  return (
    <form
      class="service"
      onSubmit={(event) => {
        event.preventDefault();
        if (isAudience(text.value)) onName(text.value);
      }}
    >
      <label class="unseen" for={id}>
        Name of the service
      </label>
      <input
        ref={field}
        id={id}
        class="input mono"
        value={text}
        placeholder="Its name, then Enter"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        aria-invalid={isWrong}
        aria-describedby={isWrong ? `${id}-fault` : undefined}
        onInput={({ currentTarget }) => {
          text.value = currentTarget.value;
        }}
      />
      {isWrong && (
        <p class="field-fault" id={`${id}-fault`} role="alert">
          No service can be called so.
        </p>
      )}
    </form>
  );
}

import type { Signal } from "@preact/signals";
import type { RefObject } from "preact";
import { useId } from "preact/hooks";
import { AUDIENCE_LIMIT } from "../../../src/tokens/audience.ts";
import { Choice } from "../fields/choice.tsx";
import { audiencesFault, audiencesIn, knownAudiences, withAudience } from "./audiences.ts";

/** How many of the services that are known are offered. */
const OFFERED = 8;

/** The chosen purpose of a new token. */
export interface Purpose {
  readonly isForServices: boolean;
  /** Whether a token for services checks tokens for them, and does not open them. */
  readonly verifies: boolean;
  /** Their names as they were typed. */
  readonly names: string;
}

/** The services that a choice stands for; null for Publisher itself. */
export function audiencesOf({ isForServices, names }: Purpose): readonly string[] | null {
  return isForServices ? audiencesIn(names) : null;
}

/** Whether a choice stands for a token that checks tokens. */
export function isVerifying({ isForServices, verifies }: Purpose): boolean {
  return isForServices && verifies;
}

/** The fault of a choice, as a sentence; null if there is none. */
export function purposeFault(purpose: Purpose): string | null {
  const audiences = audiencesOf(purpose);
  return audiences === null ? null : audiencesFault(audiences);
}

interface AudienceFieldProps {
  readonly field: RefObject<HTMLInputElement | null>;
  readonly purpose: Signal<Purpose>;
  /** A sentence. */
  readonly fault: string | null;
}

/** The choice between Publisher itself and named services. */
export function AudienceField({ field, purpose, fault }: AudienceFieldProps) {
  const { isForServices } = purpose.value;
  const choose = (isForServices: boolean) => {
    purpose.value = { ...purpose.value, isForServices };
  };
  return (
    <fieldset class="field">
      <legend>For</legend>
      <div class="choices">
        <Choice
          group="purpose"
          isChosen={!isForServices}
          title="Publisher itself"
          text="Calls this API, to see or to manage tokens."
          onChoose={() => choose(false)}
        />
        <Choice
          group="purpose"
          isChosen={isForServices}
          title="Services"
          text="Valid only for the services that you name."
          onChoose={() => choose(true)}
        />
      </div>
      {isForServices && <ServiceNames field={field} purpose={purpose} fault={fault} />}
      {isForServices && <TaskField purpose={purpose} />}
    </fieldset>
  );
}

/** The choice between opening services and checking tokens for them. */
function TaskField({ purpose }: Pick<AudienceFieldProps, "purpose">) {
  const choose = (verifies: boolean) => {
    purpose.value = { ...purpose.value, verifies };
  };
  return (
    <fieldset class="field">
      <legend>Purpose</legend>
      <div class="choices">
        <Choice
          group="task"
          isChosen={!purpose.value.verifies}
          title="Open these services"
          text="For a program that calls them."
          onChoose={() => choose(false)}
        />
        <Choice
          group="task"
          isChosen={purpose.value.verifies}
          title="Check tokens for these services"
          text="For a service that checks its callers' tokens with Publisher. It opens nothing."
          onChoose={() => choose(true)}
        />
      </div>
    </fieldset>
  );
}

function ServiceNames({ field, purpose, fault }: AudienceFieldProps) {
  const fieldId = useId();
  const text = purpose.value.names;
  const change = (names: string) => {
    purpose.value = { ...purpose.value, names };
  };
  const names = audiencesIn(text);
  const offered = knownAudiences.value.filter((name) => !names.includes(name)).slice(0, OFFERED);
  return (
    <div class="field">
      <label for={fieldId}>Names of the services</label>
      <input
        ref={field}
        id={fieldId}
        class="input mono"
        type="text"
        value={text}
        placeholder="billing, reports"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        aria-invalid={fault !== null}
        aria-describedby={fault === null ? `${fieldId}-hint` : `${fieldId}-fault`}
        onInput={({ currentTarget }) => change(currentTarget.value)}
      />
      {fault === null ? (
        <p class="hint" id={`${fieldId}-hint`}>
          Up to {AUDIENCE_LIMIT}, with commas between them. Lower-case letters, digits and hyphens.
        </p>
      ) : (
        <p class="field-fault" id={`${fieldId}-fault`} role="alert">
          {fault}
        </p>
      )}
      {offered.length > 0 && (
        <ul class="audiences" aria-label="Services that other tokens are for">
          {offered.map((name) => (
            <li key={name}>
              <button
                type="button"
                class="tag audience"
                title={name}
                onClick={() => {
                  change(withAudience(purpose.value.names, name));
                  field.current?.focus();
                }}
              >
                <span aria-hidden="true">+ </span>
                <span class="unseen">Add </span>
                {name}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

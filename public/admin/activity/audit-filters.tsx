import { computed, type ReadonlySignal, useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { isTokenId } from "../../../src/tokens/identifier.ts";
import { AUDIT_ACTIONS } from "../api/record-types.ts";
import { auditView, changeTrail } from "../app/route.ts";
import { Select } from "../fields/select.tsx";
import { useDraft } from "../fields/use-draft.ts";
import { dayFrom } from "../token-list/list-view.ts";
import { type AuditView, narrowed, PARTS, type Part } from "./audit-view.ts";
import { verbOf } from "./audit-words.ts";

const PART_NAMES: Readonly<Record<Part, string>> = {
  any: "Involved token",
  target: "Changed token",
  actor: "Acting token",
  "command-line": "By the command line",
};

const TOKEN = computed(() => auditView.value.token ?? "");
const FROM = computed(() => auditView.value.from ?? "");
const TO = computed(() => auditView.value.to ?? "");

export function AuditFilters() {
  const view = auditView.value;
  return (
    <search class="filters">
      <Select
        name="Action"
        value={view.action ?? ""}
        onChoose={(value) => narrow({ action: AUDIT_ACTIONS.find((action) => action === value) ?? null })}
      >
        <option value="">Any change</option>
        {AUDIT_ACTIONS.map((action) => (
          <option key={action} value={action}>
            {verbOf(action)}
          </option>
        ))}
      </Select>
      <Select
        name="Role of the token"
        value={view.part}
        onChoose={(value) => narrow({ part: PARTS.find((part) => part === value) ?? "any" })}
      >
        {PARTS.map((part) => (
          <option key={part} value={part}>
            {PART_NAMES[part]}
          </option>
        ))}
      </Select>
      <TokenField />
      <DayField name="From" day={FROM} onDay={(from) => narrow({ from })} />
      <DayField name="To" day={TO} onDay={(to) => narrow({ to })} />
      {isBackwards(view) && (
        <p class="field-fault" role="alert">
          From is after To. Choose an earlier day for From, or a later day for To.
        </p>
      )}
    </search>
  );
}

/** Whether the period ends before it begins, so that no change lies in it. */
function isBackwards({ from, to }: AuditView): boolean {
  return from !== null && to !== null && from > to;
}

function narrow(change: Partial<AuditView>): void {
  changeTrail((view) => narrowed(view, change));
}

/** Takes the id of a token, once it is one. */
function TokenField() {
  const draft = useDraft(TOKEN);
  const refused = useSignal("");
  const id = useId();
  const text = draft.text.value;
  const isWrong = text !== "" && text === refused.value;
  const take = (typed: string) => {
    const wanted = typed.trim();
    if (wanted !== "" && !isTokenId(wanted)) {
      refused.value = typed;
      return;
    }
    narrow({ token: wanted === "" ? null : wanted });
    draft.drop();
  };
  return (
    <div class="token-field">
      <label class="unseen" for={id}>
        Token id
      </label>
      <input
        id={id}
        class="input mono"
        value={text}
        placeholder="Token id"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        aria-invalid={isWrong}
        aria-describedby={isWrong ? `${id}-fault` : undefined}
        onInput={({ currentTarget }) => draft.type(currentTarget.value)}
        onChange={({ currentTarget }) => take(currentTarget.value)}
      />
      {isWrong && (
        <p class="field-fault" id={`${id}-fault`} role="alert">
          A token's id begins with atok_. The page of the token shows it.
        </p>
      )}
    </div>
  );
}

interface DayFieldProps {
  readonly name: string;
  /** As `2026-12-31`; empty for any. */
  readonly day: ReadonlySignal<string>;
  readonly onDay: (day: string | null) => void;
}

/** Takes a day once it is one: by keys it comes in parts, between which the browser tells of none or of the year 20. */
function DayField({ name, day, onDay }: DayFieldProps) {
  const draft = useDraft(day);
  const id = useId();
  const take = ({ value, validity }: HTMLInputElement) => {
    const wanted = dayFrom(value);
    const isCleared = value === "" && !validity.badInput;
    if ((isCleared || wanted !== null) && (wanted ?? "") !== day.value) onDay(wanted);
    draft.type(value);
  };
  return (
    <div class="day-field">
      <label for={id}>{name}</label>
      <input
        id={id}
        class="input"
        type="date"
        value={draft.text.value}
        onInput={({ currentTarget }) => take(currentTarget)}
        // No other event tells that the last part was cleared.
        onKeyUp={({ currentTarget }) => take(currentTarget)}
        onBlur={draft.drop}
      />
    </div>
  );
}

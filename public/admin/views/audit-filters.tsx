import { useEffect, useId, useState } from "preact/hooks";
import { AUDIT_ACTIONS } from "../api/record-types.ts";
import { Select } from "../parts/select.tsx";
import { type AuditView, isTokenId, narrowed, PARTS, type Part } from "../state/audit-view.ts";
import { verbOf } from "../state/audit-words.ts";
import { dayFrom } from "../state/list-view.ts";
import { showActivity } from "../state/route.ts";

const PART_NAMES: Readonly<Record<Part, string>> = {
  any: "Involved token",
  target: "Changed token",
  actor: "Acting token",
  "command-line": "By the command line",
};

export function AuditFilters({ view }: { view: AuditView }) {
  const show = (change: Partial<AuditView>) => showActivity(narrowed(view, change));
  return (
    <search class="filters">
      <Select
        name="What was done"
        value={view.action ?? ""}
        onChoose={(value) => show({ action: AUDIT_ACTIONS.find((action) => action === value) ?? null })}
      >
        <option value="">Any change</option>
        {AUDIT_ACTIONS.map((action) => (
          <option key={action} value={action}>
            {verbOf(action)}
          </option>
        ))}
      </Select>
      <Select
        name="What the token had to do with it"
        value={view.part}
        onChoose={(value) => show({ part: PARTS.find((part) => part === value) ?? "any" })}
      >
        {PARTS.map((part) => (
          <option key={part} value={part}>
            {PART_NAMES[part]}
          </option>
        ))}
      </Select>
      <TokenField token={view.token} onToken={(token) => show({ token })} />
      <DayField name="From" day={view.from} onDay={(from) => show({ from })} />
      <DayField name="To" day={view.to} onDay={(to) => show({ to })} />
    </search>
  );
}

interface TokenFieldProps {
  readonly token: string | null;
  readonly onToken: (token: string | null) => void;
}

/** Takes the id of a token, once it is one. */
function TokenField({ token, onToken }: TokenFieldProps) {
  const [text, setText] = useState(token ?? "");
  const [isWrong, setWrong] = useState(false);
  const id = useId();
  // What comes by another way, as by Back, is shown.
  useEffect(() => {
    setText(token ?? "");
    setWrong(false);
  }, [token]);
  const take = (typed: string) => {
    const wanted = typed.trim();
    setWrong(wanted !== "" && !isTokenId(wanted));
    if (wanted === "" || isTokenId(wanted)) onToken(wanted === "" ? null : wanted);
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
        onInput={({ currentTarget }) => setText(currentTarget.value)}
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
  /** As `2026-12-31`; null for any. */
  readonly day: string | null;
  readonly onDay: (day: string | null) => void;
}

/** Takes a day once it is one: by keys it comes in parts, between which the browser tells of none or of the year 20. */
function DayField({ name, day, onDay }: DayFieldProps) {
  const [text, setText] = useState(day ?? "");
  const id = useId();
  // What comes by another way, as by Back, is shown.
  useEffect(() => setText(day ?? ""), [day]);
  const take = ({ value, validity }: HTMLInputElement) => {
    const wanted = dayFrom(value);
    const isCleared = value === "" && !validity.badInput;
    setText(value);
    if ((isCleared || wanted !== null) && wanted !== day) onDay(wanted);
  };
  return (
    <div class="day-field">
      <label for={id}>{name}</label>
      <input
        id={id}
        class="input"
        type="date"
        value={text}
        onInput={({ currentTarget }) => take(currentTarget)}
        // No other event tells that the last part was cleared.
        onKeyUp={({ currentTarget }) => take(currentTarget)}
        onBlur={() => setText(day ?? "")}
      />
    </div>
  );
}

import { useId } from "preact/hooks";
import { DAY_MS, dayAfter, exactTime } from "../format.ts";
import { Choice } from "../parts/choice.tsx";
import { now } from "../state/clock.ts";

const PRESET_DAYS = [7, 30, 90, 365] as const;

/** When a token is to end, as it was chosen. */
export type Expires =
  | { readonly way: "days"; readonly days: number }
  /** `date` is a day of UTC, as `2026-12-31`, or empty. */
  | { readonly way: "date"; readonly date: string }
  | { readonly way: "never" };

/** The moment that a choice stands for; null for never. */
export function expiryOf(expires: Expires, nowMs: number): string | null {
  switch (expires.way) {
    case "days":
      return `${new Date(nowMs + expires.days * DAY_MS).toISOString().slice(0, 19)}Z`;
    case "date":
      return `${expires.date}T23:59:59Z`;
    case "never":
      return null;
  }
}

interface ExpiryFieldProps {
  readonly expires: Expires;
  readonly fault: string | null;
  readonly onChange: (expires: Expires) => void;
}

export function ExpiryField({ expires, fault, onChange }: ExpiryFieldProps) {
  const dateId = useId();
  const today = new Date(now.value).toISOString().slice(0, 10);
  return (
    <fieldset class="field">
      <legend>Expires</legend>
      <div class="choices tight">
        {PRESET_DAYS.map((days) => (
          <Choice
            key={days}
            group="expires"
            title={`${days} days`}
            isChosen={expires.way === "days" && expires.days === days}
            onChoose={() => onChange({ way: "days", days })}
          />
        ))}
        <Choice
          group="expires"
          title="On a date"
          isChosen={expires.way === "date"}
          onChoose={() => onChange({ way: "date", date: dayAfter(today, 30) })}
        />
        <Choice
          group="expires"
          title="Never"
          isChosen={expires.way === "never"}
          onChoose={() => onChange({ way: "never" })}
        />
      </div>
      {expires.way === "date" && (
        <div class="field date">
          <label for={dateId}>Last day</label>
          <input
            id={dateId}
            class="input"
            type="date"
            value={expires.date}
            min={today}
            max="9999-12-31"
            required
            onInput={({ currentTarget }) => onChange({ way: "date", date: currentTarget.value })}
          />
        </div>
      )}
      {fault !== null && <p class="field-fault">The expiry {fault}.</p>}
      <p class="hint" aria-live="polite">
        {sentence(expires, now.value)}
      </p>
    </fieldset>
  );
}

function sentence(expires: Expires, nowMs: number): string {
  if (expires.way === "date" && expires.date === "") return "Choose its last day.";
  const expiry = expiryOf(expires, nowMs);
  return expiry === null ? "It does not end by itself." : `It ends on ${exactTime(expiry)}.`;
}

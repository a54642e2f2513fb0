import type { Signal } from "@preact/signals";
import { useId } from "preact/hooks";
import type { TokenUpdate } from "../api/types.ts";
import { now } from "../app/clock.ts";
import { DAY_MS, dayAfter, exactTime } from "../app/format.ts";
import { Choice } from "../fields/choice.tsx";
import { Notice } from "../ui/notice.tsx";

const PRESET_DAYS = [7, 30, 90, 365] as const;

/** When a token is to end, as it was chosen. */
export type Expires =
  | { readonly way: "days"; readonly days: number }
  /** `date` is a day of UTC, as `2026-12-31`, or empty. */
  | { readonly way: "date"; readonly date: string }
  | { readonly way: "never" }
  /** The choice that sends no expiry. */
  | { readonly way: "same" };

/** The expiry to send to the API; null for never. */
export function expiryOf(expires: Expires, nowMs: number): Pick<TokenUpdate, "expires_at"> {
  switch (expires.way) {
    case "days":
      return { expires_at: `${new Date(nowMs + expires.days * DAY_MS).toISOString().slice(0, 19)}Z` };
    case "date":
      return { expires_at: `${expires.date}T23:59:59Z` };
    case "never":
      return { expires_at: null };
    case "same":
      return {};
  }
}

interface ExpiryFieldProps {
  readonly name?: string;
  /** The choice that sends no expiry, and its effect. */
  readonly same?: { readonly title: string; readonly sentence: string };
  readonly chosen: Signal<Expires>;
  readonly fault: string | null;
}

export function ExpiryField({ name = "Expires", same, chosen, fault }: ExpiryFieldProps) {
  const dateId = useId();
  const expires = chosen.value;
  const choose = (expires: Expires) => {
    chosen.value = expires;
  };
  return (
    <fieldset class="field">
      <legend>{name}</legend>
      <div class="choices tight">
        {same !== undefined && (
          <Choice
            group="expires"
            title={same.title}
            isChosen={expires.way === "same"}
            onChoose={() => choose({ way: "same" })}
          />
        )}
        {PRESET_DAYS.map((days) => (
          <Choice
            key={days}
            group="expires"
            title={`${days} days`}
            isChosen={expires.way === "days" && expires.days === days}
            onChoose={() => choose({ way: "days", days })}
          />
        ))}
        <Choice
          group="expires"
          title="On a date"
          isChosen={expires.way === "date"}
          onChoose={() => choose({ way: "date", date: dayAfter(today(), 30) })}
        />
        <Choice
          group="expires"
          title="Never"
          isChosen={expires.way === "never"}
          onChoose={() => choose({ way: "never" })}
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
            min={today()}
            max="9999-12-31"
            required
            onInput={({ currentTarget }) => choose({ way: "date", date: currentTarget.value })}
          />
        </div>
      )}
      {fault !== null && <p class="field-fault">The expiry {fault}.</p>}
      <p class="hint" aria-live="polite">
        {expires.way === "same" ? same?.sentence : sentence(expires, now.value)}
      </p>
      {expires.way === "never" && (
        <Notice tone="caution">
          <p>
            A token that never expires works until somebody revokes it, also after everybody has forgotten it.
          </p>
        </Notice>
      )}
    </fieldset>
  );
}

/** The day of UTC, as `2026-12-31`. */
function today(): string {
  return new Date(now.value).toISOString().slice(0, 10);
}

function sentence(expires: Expires, nowMs: number): string {
  if (expires.way === "date" && expires.date === "") return "Choose its last day.";
  const { expires_at: expiry } = expiryOf(expires, nowMs);
  return expiry == null ? "It does not end by itself." : `It ends on ${exactTime(expiry)}.`;
}

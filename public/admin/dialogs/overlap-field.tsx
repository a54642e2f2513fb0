import type { Signal } from "@preact/signals";
import { useId } from "preact/hooks";
import type { Token } from "../api/types.ts";
import { now } from "../app/clock.ts";
import { Choice } from "../fields/choice.tsx";
import { Select } from "../fields/select.tsx";
import { Notice } from "../ui/notice.tsx";
import {
  mostOf,
  OVERLAP_UNITS,
  OVERLAPS,
  type Overlap,
  type OverlapUnit,
  type OwnOverlap,
  oldSecretSentence,
  overlapSeconds,
  withOwn,
} from "./rotation.ts";

interface OverlapFieldProps {
  readonly token: Token;
  readonly chosen: Signal<Overlap>;
  /** The end of a sentence. */
  readonly fault: string | null;
}

/** The time for which the old secret still works, with its effect. */
export function OverlapField({ token, chosen, fault }: OverlapFieldProps) {
  const overlap = chosen.value;
  const choose = (overlap: Overlap) => {
    chosen.value = overlap;
  };
  const change = (change: Partial<OwnOverlap>) => {
    chosen.value = withOwn(chosen.value, change);
  };
  return (
    <fieldset class="field">
      <legend>The old secret still works for</legend>
      <div class="choices tight">
        {OVERLAPS.map(([title, seconds]) => (
          <Choice
            key={seconds}
            group="overlap"
            title={title}
            isChosen={overlap.way === "preset" && overlap.seconds === seconds}
            onChoose={() => choose({ way: "preset", seconds })}
          />
        ))}
        <Choice
          group="overlap"
          title="Other"
          isChosen={overlap.way === "own"}
          onChoose={() => choose({ way: "own", count: "12", unit: "hours" })}
        />
      </div>
      {overlap.way === "own" && <OwnOverlapField overlap={overlap} onChange={change} />}
      {fault !== null && <p class="field-fault">How long {fault}.</p>}
      <div aria-live="polite">
        <Consequence token={token} seconds={overlapSeconds(overlap)} />
      </div>
    </fieldset>
  );
}

function Consequence({ token, seconds }: { token: Token; seconds: number | null }) {
  if (seconds === null) return <p class="hint">Enter a time of up to 30 days.</p>;
  const sentence = oldSecretSentence(token, seconds, now.value);
  if (seconds > 0) return <p class="hint">{sentence}</p>;
  return (
    <Notice tone="caution">
      <p>{sentence}</p>
    </Notice>
  );
}

interface OwnOverlapProps {
  readonly overlap: OwnOverlap;
  readonly onChange: (change: Partial<OwnOverlap>) => void;
}

function OwnOverlapField({ overlap, onChange }: OwnOverlapProps) {
  const id = useId();
  const chooseUnit = (unit: OverlapUnit | undefined) => unit !== undefined && onChange({ unit });
  return (
    <div class="own-overlap">
      <label class="unseen" for={id}>
        How long
      </label>
      <input
        id={id}
        class="input"
        type="number"
        inputMode="numeric"
        value={overlap.count}
        min={1}
        max={mostOf(overlap.unit)}
        step={1}
        required
        onInput={({ currentTarget }) => onChange({ count: currentTarget.value })}
      />
      <Select
        name="Unit"
        value={overlap.unit}
        onChoose={(value) => chooseUnit(OVERLAP_UNITS.find((unit) => unit === value))}
      >
        {OVERLAP_UNITS.map((unit) => (
          <option key={unit} value={unit}>
            {unit}
          </option>
        ))}
      </Select>
    </div>
  );
}

import { type Signal, useSignal } from "@preact/signals";
import type { Bucket, Uses } from "../api/record-types.ts";
import { countName, shortCountName } from "../app/format.ts";
import { UseBars } from "./usage-bars.tsx";
import { type RangeName, ticksOf, USE_RANGES } from "./usage-ranges.ts";
import { bucketName, scaleOf, sumOf, usesWords } from "./uses.ts";

/** In hundredths of the height. */
const SIZES = { least: 1.5, mark: 4 };

interface UseChartProps {
  readonly range: RangeName;
  /** Every bucket of the range. */
  readonly buckets: readonly Uses[];
}

/** Uses over time. Shows the numbers of the bar under the pointer, or at the arrow keys. */
export function UseChart({ range, buckets }: UseChartProps) {
  const pick = useSignal<number | null>(null);
  const picked = pick.value;
  const { bucket, words } = USE_RANGES[range];
  const uses = picked === null ? undefined : buckets[picked];
  const point = (event: PointerEvent) => {
    pick.value = indexAt(event, buckets.length);
  };
  const told = uses === undefined ? `In the ${words}: ${usesWords(sumOf(buckets))}` : barWords(uses, bucket);
  return (
    <>
      <p class="use-summary">{told}</p>
      <div class="use-plot">
        <Scale scale={scaleOf(buckets)} />
        <div
          class="use-field"
          onPointerMove={point}
          onPointerDown={point}
          onPointerLeave={({ pointerType }) => {
            if (pointerType === "mouse") pick.value = null;
          }}
        >
          <UseBars buckets={buckets} picked={uses === undefined ? null : picked} {...SIZES} />
          <Cursor bucket={bucket} buckets={buckets} pick={pick} />
        </div>
        <svg class="use-ticks" aria-hidden="true" focusable="false">
          {ticksOf(range, buckets).map(({ at, text }) => (
            <text key={at} x={`${at * 100}%`} y="1em">
              {text}
            </text>
          ))}
        </svg>
      </div>
      <p class="use-legend">
        <span class="use-key accepted">accepted</span>
        <span class="use-key refused">refused, with a mark below</span>
      </p>
    </>
  );
}

/** Moves through the bars by keys. Only its outline is visible, over the bars. */
function Cursor({ bucket, buckets, pick }: CursorProps) {
  const last = buckets.length - 1;
  const indexNow = () => Math.min(pick.value ?? last, last);
  const index = indexNow();
  const uses = buckets[index];
  return (
    <input
      type="range"
      class="use-cursor"
      min={0}
      max={last}
      value={index}
      aria-label={`Uses by ${bucket}`}
      aria-valuetext={uses === undefined ? "" : barWords(uses, bucket)}
      onInput={({ currentTarget }) => {
        pick.value = Number(currentTarget.value);
      }}
      onFocus={() => {
        pick.value = indexNow();
      }}
      onBlur={() => {
        pick.value = null;
      }}
    />
  );
}

interface CursorProps {
  readonly bucket: Bucket;
  readonly buckets: readonly Uses[];
  /** The index of the bar that stands out. */
  readonly pick: Signal<number | null>;
}

function Scale({ scale }: { scale: number }) {
  return (
    <div class="use-scale" aria-hidden="true">
      <span>{shortCountName(scale)}</span>
      <span>{shortCountName(scale / 2)}</span>
      <span>0</span>
    </div>
  );
}

function barWords(uses: Uses, bucket: Bucket): string {
  const { accepted, refused } = uses;
  return `${bucketName(uses, bucket)}: ${countName(accepted)} accepted, ${countName(refused)} refused`;
}

function indexAt({ clientX, currentTarget }: PointerEvent, count: number): number | null {
  if (!(currentTarget instanceof Element)) return null;
  const { left, width } = currentTarget.getBoundingClientRect();
  return Math.min(count - 1, Math.max(0, Math.floor(((clientX - left) / width) * count)));
}

import { useState } from "preact/hooks";
import type { Bucket, Uses } from "../api/record-types.ts";
import { countName, shortCountName } from "../format.ts";
import { UseBars } from "../parts/use-bars.tsx";
import { type RangeName, ticksOf, USE_RANGES } from "../state/use-ranges.ts";
import { bucketName, scaleOf, sumOf, usesWords } from "../state/uses.ts";

/** In hundredths of the height. */
const SIZES = { least: 1.5, mark: 4 };

interface UseChartProps {
  readonly range: RangeName;
  /** Every bucket of the range. */
  readonly buckets: readonly Uses[];
}

/** Uses over time; the numbers of a bar are told when it is pointed at, or gone to with the arrow keys. */
export function UseChart({ range, buckets }: UseChartProps) {
  const [picked, setPicked] = useState<number | null>(null);
  const { bucket, words } = USE_RANGES[range];
  const uses = picked === null ? undefined : buckets[picked];
  const told = uses === undefined ? `In the ${words}: ${usesWords(sumOf(buckets))}` : barWords(uses, bucket);
  return (
    <>
      <p class="use-told">{told}</p>
      <div class="use-plot">
        <Scale scale={scaleOf(buckets)} />
        <div
          class="use-field"
          onPointerMove={(event) => setPicked(indexAt(event, buckets.length))}
          onPointerDown={(event) => setPicked(indexAt(event, buckets.length))}
          onPointerLeave={({ pointerType }) => pointerType === "mouse" && setPicked(null)}
        >
          <UseBars buckets={buckets} picked={uses === undefined ? null : picked} {...SIZES} />
          <Cursor bucket={bucket} buckets={buckets} picked={picked} onPick={setPicked} />
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
        <span class="use-key refused">refused, which also has a mark below</span>
      </p>
    </>
  );
}

/** Goes through the bars, for whoever does so by keys: seen by its outline alone, as the bars lie below. */
function Cursor({ bucket, buckets, picked, onPick }: CursorProps) {
  const last = buckets.length - 1;
  const index = Math.min(picked ?? last, last);
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
      onInput={({ currentTarget }) => onPick(Number(currentTarget.value))}
      onFocus={() => onPick(index)}
      onBlur={() => onPick(null)}
    />
  );
}

interface CursorProps {
  readonly bucket: Bucket;
  readonly buckets: readonly Uses[];
  readonly picked: number | null;
  readonly onPick: (index: number | null) => void;
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

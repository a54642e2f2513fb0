import type { Bucket, Usage, Uses } from "../api/record-types.ts";
import { countName, DAY_MS, dateName } from "../app/format.ts";

export const BUCKET_MS: Readonly<Record<Bucket, number>> = { hour: DAY_MS / 24, day: DAY_MS };

/** All buckets of a range, also those without a use. */
export function filled(
  { bucket, from, to }: Pick<Usage, "bucket" | "from" | "to">,
  buckets: readonly Uses[],
): readonly Uses[] {
  const known = new Map(buckets.map((uses) => [Date.parse(uses.start), uses]));
  const first = Date.parse(from);
  const count = Math.max(0, Math.ceil((Date.parse(to) - first) / BUCKET_MS[bucket]));
  return Array.from({ length: count }, (_, index) => {
    const start = first + index * BUCKET_MS[bucket];
    return known.get(start) ?? { start: new Date(start).toISOString(), accepted: 0, refused: 0 };
  });
}

export function usesIn({ accepted, refused }: Omit<Uses, "start">): number {
  return accepted + refused;
}

export function sumOf(buckets: readonly Uses[]): Omit<Uses, "start"> {
  return {
    accepted: buckets.reduce((sum, { accepted }) => sum + accepted, 0),
    refused: buckets.reduce((sum, { refused }) => sum + refused, 0),
  };
}

/** As `used 1,204 times in 30 days, 3 of them refused`. */
export function usesWords(uses: Omit<Uses, "start">, period = ""): string {
  const count = usesIn(uses);
  if (count === 0) return `not used${period}`;
  const times = count === 1 ? "once" : count === 2 ? "twice" : `${countName(count)} times`;
  return `used ${times}${period}${refusedWords(uses.refused, count)}`;
}

function refusedWords(refused: number, count: number): string {
  if (refused === 0) return "";
  if (refused < count) return `, ${countName(refused)} of them refused`;
  return count === 1 ? ", and refused" : ", each time refused";
}

/** As `18 Nov 2026, 14:00–15:00 UTC`, or `18 Nov 2026`. */
export function bucketName({ start }: Uses, bucket: Bucket): string {
  if (bucket === "day") return dateName(start);
  const end = new Date(Date.parse(start) + BUCKET_MS.hour).toISOString();
  return `${dateName(start)}, ${clockTime(start)}–${clockTime(end)} UTC`;
}

/** As `14:00`. */
export function clockTime(time: string): string {
  return time.slice(11, 16);
}

/** The least that the full height stands for, so that one use alone does not look like a wave. */
const LEAST_SCALE = 4;

const STEPS = [1, 2, 4, 6, 10];

/** The count for the full height of the bars: at least the highest, round, and even. */
export function scaleOf(buckets: readonly Uses[]): number {
  const highest = buckets.reduce((most, uses) => Math.max(most, usesIn(uses)), LEAST_SCALE);
  const power = 10 ** Math.floor(Math.log10(highest));
  const step = STEPS.find((each) => each * power >= highest) ?? 10;
  return step * power;
}

/** How high and wide bars are drawn, in the units of their picture; each bucket has a width of 1. */
export interface BarSizes {
  /** The least height of a bar that is not empty. */
  readonly least: number;
  /** The height of a mark below the bars. */
  readonly mark: number;
}

/** The full height of the bars; marks come below. */
export const BARS_HEIGHT = 100;

/** The share of its bucket's width that a bar has. */
const BAR_WIDTH = 0.8;

export interface BarPaths {
  readonly accepted: string;
  /** On top of those accepted. */
  readonly refused: string;
  /** A mark below each bar with at least one refused use. */
  readonly marks: string;
}

/** The bars of buckets as the paths of an SVG picture. https://www.w3.org/TR/SVG2/paths.html#PathData */
export function barPaths(buckets: readonly Uses[], { least, mark }: BarSizes): BarPaths {
  const scale = scaleOf(buckets);
  const heightOf = (count: number) => (count === 0 ? 0 : Math.max(least, (count / scale) * BARS_HEIGHT));
  const bars = buckets.map(({ accepted, refused }, index) => {
    // The least height of the one may take from the other, which keeps its own.
    const above = Math.min(heightOf(refused), BARS_HEIGHT - (accepted === 0 ? 0 : least));
    return { index, above, below: Math.min(heightOf(accepted), BARS_HEIGHT - above) };
  });
  return {
    accepted: bars.map(({ index, below }) => bar(index, BARS_HEIGHT - below, below)).join(""),
    refused: bars.map(({ index, above, below }) => bar(index, BARS_HEIGHT - below - above, above)).join(""),
    marks: bars
      .map(({ index, above }) => bar(index, BARS_HEIGHT + mark / 2, above === 0 ? 0 : mark))
      .join(""),
  };
}

function bar(index: number, top: number, height: number): string {
  if (height === 0) return "";
  const left = short(index + (1 - BAR_WIDTH) / 2);
  return `M${left} ${short(top)}h${BAR_WIDTH}v${short(height)}h-${BAR_WIDTH}z`;
}

function short(length: number): number {
  return Math.round(length * 100) / 100;
}

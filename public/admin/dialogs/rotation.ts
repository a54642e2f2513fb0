import { OVERLAP_DEFAULT_SECONDS, OVERLAP_MAX_SECONDS } from "../../../src/tokens/limits.ts";
import { LAST_MOMENT } from "../../../src/tokens/time.ts";
import type { Token } from "../api/types.ts";
import { exactTime } from "../app/format.ts";
import { moment } from "../token-list/list-view.ts";

const UNIT_SECONDS = { minutes: 60, hours: 3600, days: 86_400 } as const;

export type OverlapUnit = keyof typeof UNIT_SECONDS;

export const OVERLAP_UNITS: readonly OverlapUnit[] = ["minutes", "hours", "days"];

/** The chosen time for which the old secret still works. */
export type Overlap = { readonly way: "preset"; readonly seconds: number } | OwnOverlap;

export interface OwnOverlap {
  readonly way: "own";
  /** As it was typed, so it may be empty. */
  readonly count: string;
  readonly unit: OverlapUnit;
}

/** The overlap with another count or unit, unless it is a preset by now. */
export function withOwn(overlap: Overlap, change: Partial<OwnOverlap>): Overlap {
  return overlap.way === "own" ? { ...overlap, ...change } : overlap;
}

export const OVERLAPS: readonly (readonly [name: string, seconds: number])[] = [
  ["1 hour", 3600],
  ["1 day", 86_400],
  ["7 days", 604_800],
  ["30 days", OVERLAP_MAX_SECONDS],
  ["Not at all", 0],
];

export const FIRST_OVERLAP: Overlap = { way: "preset", seconds: OVERLAP_DEFAULT_SECONDS };

/** The most that can be typed in a unit. */
export function mostOf(unit: OverlapUnit): number {
  return OVERLAP_MAX_SECONDS / UNIT_SECONDS[unit];
}

/** The seconds that a choice stands for; null while it stands for none. */
export function overlapSeconds(overlap: Overlap): number | null {
  if (overlap.way === "preset") return overlap.seconds;
  const count = Number(overlap.count);
  const isFine = Number.isInteger(count) && count >= 1 && count <= mostOf(overlap.unit);
  return isFine ? count * UNIT_SECONDS[overlap.unit] : null;
}

/** Whether a token can be replaced by another: only once, and not after its end. */
export function isRotatable({ status, replaced_by }: Pick<Token, "status" | "replaced_by">): boolean {
  return status === "active" && replaced_by === null;
}

/** The future of the old secret, as a sentence. */
export function oldSecretSentence(token: Pick<Token, "expires_at">, seconds: number, nowMs: number): string {
  if (seconds === 0) return "The old secret is revoked at once and for good: its next request is refused.";
  const end = moment(nowMs + seconds * 1000);
  return token.expires_at !== null && token.expires_at <= end
    ? `The old secret works until ${exactTime(token.expires_at)}, when it was to expire anyway.`
    : `The old secret works until ${exactTime(end)}. From then on it is refused.`;
}

/** The state of the old secret after a rotation, as a sentence. */
export function rotatedSentence(token: Pick<Token, "expires_at">, seconds: number, atMs: number): string {
  return seconds === 0
    ? "The old secret was revoked and no longer works."
    : oldSecretSentence(token, seconds, atMs);
}

/** Whether the secret of a token that was replaced still works, as a sentence: its end may have been changed since. */
export function replacedSentence({ status, expires_at }: Pick<Token, "status" | "expires_at">): string {
  if (status !== "active") return "Its secret does not work any more.";
  if (expires_at === null) return "Its secret works until it is revoked.";
  return `Its secret works until ${exactTime(expires_at)}. Programs that use it need the new one before then.`;
}

/** When the new token ends if nothing else is said, as a sentence: it is to live as long as the old one was. */
export function sameLifetimeSentence(
  { created_at, expires_at }: Pick<Token, "created_at" | "expires_at">,
  nowMs: number,
): string {
  if (expires_at === null) return "It does not end by itself, like the old one.";
  const end = moment(Math.min(nowMs + Date.parse(expires_at) - Date.parse(created_at), LAST_MOMENT * 1000));
  return `It ends on ${exactTime(end)}: it lives as long as the old one was to.`;
}

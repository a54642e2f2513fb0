import { UsageError } from "../settings/config.ts";
import { OVERLAP_DEFAULT_SECONDS, OVERLAP_MAX_SECONDS } from "../tokens/rotation-rules.ts";
import { parseTime, SECONDS_A_DAY, type UnixSeconds } from "../tokens/time.ts";

const SECONDS_IN: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

export interface ExpiryFlags {
  readonly expiresAt?: string;
  readonly expiresIn?: string;
  /** False where `--no-expiry` was given. */
  readonly expiry?: boolean;
}

/** The expiry that the flags tell of, as a moment or as a time from `now`; null for never, undefined if they tell of none. */
export function expirySetting(
  { expiresAt, expiresIn, expiry }: ExpiryFlags,
  now: UnixSeconds,
): UnixSeconds | null | undefined {
  if (expiry === false) {
    if (expiresAt === undefined && expiresIn === undefined) return null;
    throw new UsageError("--no-expiry does not go with --expires-at or --expires-in. Give only one of them.");
  }
  if (expiresAt !== undefined) return timeSetting("--expires-at", expiresAt);
  return expiresIn === undefined ? undefined : now + durationSetting("--expires-in", expiresIn);
}

/** For how many seconds the old token goes on beside its successor. */
export function overlapSetting(overlap: string | undefined): number {
  if (overlap === undefined) return OVERLAP_DEFAULT_SECONDS;
  const seconds = overlap === "0" ? 0 : durationSetting("--overlap", overlap, 0);
  if (seconds <= OVERLAP_MAX_SECONDS) return seconds;
  // The API's words for this are of seconds, which the flag does not take without a unit.
  throw new UsageError(
    `--overlap must be at most ${OVERLAP_MAX_SECONDS / SECONDS_A_DAY}d, and is ${JSON.stringify(overlap)}.`,
  );
}

/** The moment that a flag tells. Throws UsageError for anything but a time of RFC 3339. */
export function timeSetting(flag: string, text: string): UnixSeconds {
  const time = parseTime(text);
  if (time !== null) return time;
  throw new UsageError(
    `${flag} must be a time with a zone, such as 2030-12-31T23:59:59Z, and is ${JSON.stringify(text)}.`,
  );
}

/** How many seconds a flag tells, such as `90d`; `least` is the least that may be. Throws UsageError for anything else. */
export function durationSetting(flag: string, text: string, least = 1): number {
  const [, count, unit] = /^(\d{1,9})([smhdw])$/.exec(text) ?? [];
  const seconds = Number(count) * (SECONDS_IN[unit ?? ""] ?? Number.NaN);
  if (seconds >= least) return seconds;
  const number = least === 0 ? "0, or a whole number" : "a whole number above 0";
  throw new UsageError(
    `${flag} must be ${number} with s, m, h, d or w behind it, such as 90d, and is ${JSON.stringify(text)}.`,
  );
}

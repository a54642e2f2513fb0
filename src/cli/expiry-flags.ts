import { type Command, Option } from "commander";
import { UsageError } from "../settings/usage-error.ts";
import { OVERLAP_DEFAULT_SECONDS, OVERLAP_MAX_SECONDS } from "../tokens/limits.ts";
import { parseTime, SECONDS_A_DAY, TIME_FORM, type UnixSeconds } from "../tokens/time.ts";

const SECONDS_IN: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: SECONDS_A_DAY, w: 604_800 };

export interface ExpiryFlags {
  readonly expiresAt?: string;
  readonly expiresIn?: string;
  /** False after `--no-expiry`. */
  readonly expiry?: boolean;
}

/** Adds the flags for an expiry. `token` is the subject of their descriptions, and `fallback` ends them. */
export function withExpiry(command: Command, token: string, fallback = ""): Command {
  return command
    .addOption(
      new Option(
        "--expires-at <time>",
        `when ${token} expires, such as 2030-12-31T23:59:59Z${fallback}`,
      ).conflicts("expiresIn"),
    )
    .option(
      "--expires-in <duration>",
      `after how long ${token} expires: 90d, 12h, 30m, 45s or 2w${fallback}`,
    );
}

/** Returns the expiry of the flags, null for never, and undefined without a flag. Throws UsageError for a bad value. */
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

/** Returns the seconds for which the old token goes on beside its successor. Throws UsageError for a bad value. */
export function overlapSetting(overlap: string | undefined): number {
  if (overlap === undefined) return OVERLAP_DEFAULT_SECONDS;
  const seconds = overlap === "0" ? 0 : durationSetting("--overlap", overlap, 0);
  if (seconds <= OVERLAP_MAX_SECONDS) return seconds;
  // The API's message has seconds, and the flag takes no number without a unit.
  throw new UsageError(
    `--overlap must be at most ${OVERLAP_MAX_SECONDS / SECONDS_A_DAY}d, and is ${JSON.stringify(overlap)}.`,
  );
}

/** Reads a flag with a time of RFC 3339. Throws UsageError for any other text. */
export function timeSetting(flag: string, text: string): UnixSeconds {
  const time = parseTime(text);
  if (time !== null) return time;
  throw new UsageError(`${flag} must be ${TIME_FORM}, and is ${JSON.stringify(text)}.`);
}

/** Reads a flag with a duration, such as `90d`, into seconds, at least `least`. Throws UsageError for any other text. */
export function durationSetting(flag: string, text: string, least = 1): number {
  const [, count, unit] = /^(\d{1,9})([smhdw])$/.exec(text) ?? [];
  const seconds = Number(count) * (SECONDS_IN[unit ?? ""] ?? Number.NaN);
  if (seconds >= least) return seconds;
  const number = least === 0 ? "0, or a whole number" : "a whole number above 0";
  throw new UsageError(
    `${flag} must be ${number} with s, m, h, d or w behind it, such as 90d, and is ${JSON.stringify(text)}.`,
  );
}

import { remembered } from "./remembered.ts";

/** Milliseconds since 1970 in UTC, leap seconds not counted. */
export type UnixMilliseconds = number;

/** Seconds since 1970 in UTC, leap seconds not counted. Every time of a token has this unit. */
export type UnixSeconds = number;

/** Returns the time. The domain has no clock of its own. */
export type Clock = () => UnixMilliseconds;

const RFC_3339 = /^(\d{4}-\d\d-\d\dt\d\d:\d\d:)(\d\d)(?:\.\d+)?(z|[+-]\d\d:\d\d)$/i;

export const SECONDS_A_DAY = 86_400;

/** 9999-12-31T23:59:59Z, the last moment that RFC 3339 can write. */
export const LAST_MOMENT: UnixSeconds = 253_402_300_799;

export function secondsOf(now: UnixMilliseconds): UnixSeconds {
  return Math.floor(now / 1000);
}

/** The form of a time, as the end of a sentence that begins with "it must be". */
export const TIME_FORM = "a time as in RFC 3339, such as 2030-12-31T23:59:59Z";

/**
 * Reads a time of RFC 3339, section 5.6: with an offset from UTC, on a day and hour that exist, from 1970 to 9999 in UTC.
 * A fraction of a second is cut off. A leap second is the second after it, as in Unix time. Anything else is
 * null.
 */
export function parseTime(text: string): UnixSeconds | null {
  const [, minute, second, offset] = RFC_3339.exec(text) ?? [];
  if (minute === undefined || second === undefined || offset === undefined) return null;
  const isLeapSecond = second === "60";
  const moment = instant(`${minute}${isLeapSecond ? "59" : second}${offset}`);
  if (moment === null || moment < 0 || moment > LAST_MOMENT) return null;
  if (!isLeapSecond) return moment;
  const endsTheDay = moment % SECONDS_A_DAY === SECONDS_A_DAY - 1 && moment < LAST_MOMENT;
  return endsTheDay ? moment + 1 : null;
}

function instant(text: string): UnixSeconds | null {
  try {
    return Temporal.Instant.from(text).epochMilliseconds / 1000;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** The form of `formatTime`: UTC, whole seconds, `Z`. */
export const FORMATTED_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** The times of the tokens in use come in every answer about them. */
const FORMATTED_TIMES = 1000;

/** Returns a time as `2030-12-31T23:59:59Z`. */
export const formatTime: (time: UnixSeconds) => string = remembered(
  (time) => `${new Date(time * 1000).toISOString().slice(0, 19)}Z`,
  FORMATTED_TIMES,
);

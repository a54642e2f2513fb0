const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
export const DAY_MS = 24 * HOUR;

const CHARACTERS = new Intl.Segmenter("en", { granularity: "grapheme" });
const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const NAMES = new Intl.ListFormat("en-GB");
const COUNT = new Intl.NumberFormat("en");
const SHORT_COUNT = new Intl.NumberFormat("en", { notation: "compact" });
const MOMENT = new Intl.DateTimeFormat("en-GB", {
  timeZone: "UTC",
  dateStyle: "medium",
  timeStyle: "medium",
});
const LOCAL_MOMENT = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });
const ZONE = new Intl.DateTimeFormat("en-GB", { timeZoneName: "short" });
const DATE = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", dateStyle: "medium" });
const DAY = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", day: "numeric", month: "short" });

/** The units for relative times, each with the least distance that it is used for. */
const UNITS: readonly (readonly [fromMs: number, unitMs: number, unit: Intl.RelativeTimeFormatUnit])[] = [
  [2 * 365 * DAY_MS, 365 * DAY_MS, "year"],
  [60 * DAY_MS, 30 * DAY_MS, "month"],
  [36 * HOUR, DAY_MS, "day"],
  [90 * MINUTE, HOUR, "hour"],
  [90 * SECOND, MINUTE, "minute"],
];

/** How far a time is from now, as `in 3 days`. */
export function relativeTime(time: string, nowMs: number): string {
  const distance = Date.parse(time) - nowMs;
  const [, unitMs, unit] = UNITS.find(([fromMs]) => Math.abs(distance) >= fromMs) ?? [];
  if (unitMs === undefined || unit === undefined) return distance > 0 ? "in a moment" : "just now";
  return RELATIVE.format(Math.round(distance / unitMs), unit);
}

/** A time to the second, as `31 Dec 2026, 23:59:59 UTC`. */
export function exactTime(time: string): string {
  return `${MOMENT.format(new Date(time))} UTC`;
}

/** The same time by the clock of the browser, as `1 Jan 2027, 01:59:59 GMT+2`. Returns null where that is UTC. */
export function localTime(time: string): string | null {
  const date = new Date(time);
  if (date.getTimezoneOffset() === 0) return null;
  return `${LOCAL_MOMENT.format(date)} ${zoneName(date)}`;
}

function zoneName(date: Date): string {
  const name = ZONE.formatToParts(date).find(({ type }) => type === "timeZoneName");
  return name?.value ?? "local time";
}

/** A day of UTC, as `31 Dec`. */
export function dayName(date: string): string {
  return DAY.format(new Date(date));
}

/** A day of UTC with its year, as `31 Dec 2026`. */
export function dateName(date: string): string {
  return DATE.format(new Date(date));
}

/** The days from the one to the other, as `28 Dec – 3 Jan`. */
export function daysName(from: string, to: string): string {
  return from === to ? dayName(from) : `${dayName(from)} – ${dayName(to)}`;
}

/** The day so many days after another, as `2026-12-31`. */
export function dayAfter(date: string, days: number): string {
  return new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10);
}

export function countName(count: number): string {
  return COUNT.format(count);
}

/** A number in little space, as `1.2K`. */
export function shortCountName(count: number): string {
  return SHORT_COUNT.format(count);
}

/** The first characters of a text as people count them, so that no emoji is cut in two. */
export function shortened(text: string, characters: number): string {
  const first = [...CHARACTERS.segment(text)].slice(0, characters);
  const short = first.map(({ segment }) => segment).join("");
  return short === text ? text : `${short}…`;
}

/** As `1 token` or `2,000 tokens`. */
export function tokensName(count: number): string {
  return `${countName(count)} ${count === 1 ? "token" : "tokens"}`;
}

/** The number of services that are named. */
const NAMED_SERVICES = 2;

/** As `billing`, `billing and reports` or `billing, reports and 3 other services`. */
export function servicesName(names: readonly string[]): string {
  const more = names.length - NAMED_SERVICES;
  const told = names.slice(0, NAMED_SERVICES);
  if (more <= 0) return told.join(" and ");
  return `${told.join(", ")} and ${more} other ${more === 1 ? "service" : "services"}`;
}

/** As `billing, reports and grafana`, with every service. */
export function allServicesName(names: readonly string[]): string {
  return NAMES.format(names);
}

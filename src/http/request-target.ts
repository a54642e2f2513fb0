import { isIPv6 } from "node:net";
import type { Issue } from "../tokens/refusal.ts";

/** The most segments that a path may have; Publisher's own have three. */
const SEGMENT_LIMIT = 64;

/** The routes of Bun's router that give each segment of a path as a parameter, by how many segments they have. */
export const SEGMENT_ROUTES: readonly string[] = Array.from({ length: SEGMENT_LIMIT + 1 }, (_, length) =>
  Array.from({ length }, (_, index) => `/:s${index}`).join(""),
);

/** The segments of a path that one of these routes has matched, percent-decoded. */
export function segmentsOf(params: Readonly<Record<string, string>>): readonly string[] {
  return Object.values(params);
}

/**
 * Matches a decoded segment that programs read in different ways:
 * - dots and spaces only, up to the end or a `;`, where some servers cut a segment off
 * - a decoded `/`, `\`, `?` or `#`, which ends a segment or the path
 * - a control character, at which programs in C stop reading
 * - the mark of an escape that could not be decoded
 * - another percent-encoding
 */
const UNCLEAR_SEGMENT = /^[. ]*(?:;|$)|[/\\?#\p{Cc}\ufffd]|%[\da-fA-F]{2}/u;

const ENCODED_DOT = /%2e/i;

/**
 * Returns an issue if proxies, Publisher and services can read the path of a request in more than one way; otherwise
 * null. Some programs resolve `..` before they check the path, some after, and some decode once more in between. Then
 * the rule of a proxy is checked with another path than the one that is answered. Unusual but clear paths are fine:
 * `%61` for a letter, a `;` within a segment, a slash at the end. The query is not checked.
 *
 * `segments` are those of the raw target, percent-decoded. `url` has every `..` resolved already, and slashes for
 * backslashes, but it still has the `%2e` of a longer segment.
 */
export function pathIssue(segments: readonly string[], url: string): Issue | null {
  const isUnclear =
    segments.some((segment) => UNCLEAR_SEGMENT.test(segment)) || ENCODED_DOT.test(pathOf(url));
  return isUnclear ? UNCLEAR_PATH : null;
}

/** The path in the URL of a request, in which every `..` is resolved. A target without a path is given whole. */
export function pathOf(url: string): string {
  const start = url.startsWith("/") ? 0 : url.indexOf("/", "http://".length);
  if (start === -1) return url;
  const query = url.indexOf("?", start);
  return url.slice(start, query === -1 ? undefined : query);
}

/** The issue of every path that can be read in more than one way. */
export const UNCLEAR_PATH: Issue = {
  path: "path",
  message:
    "must mean the same to everybody: no empty or dot segment, no backslash, no number sign, no control character, no " +
    'percent-encoded ".", "/", "\\", "?" or "#", nothing encoded twice, valid UTF-8, and at most ' +
    `${SEGMENT_LIMIT} segments`,
};

/** A name, or an address of IPv4, or one of IPv6 in brackets; then perhaps a port. */
const HOST = /^(?:(?:[\w~-]+\.)*[\w~-]+\.?|\[([\da-f:.]+)\])(?::(\d{0,5}))?$/i;
const PORT_MAX = 65_535;

/**
 * Returns an issue if the Host header is not exactly one host; otherwise null. Two such headers arrive as one. Only a
 * client of HTTP/1.0 may leave it out; the runtime refuses others. https://www.rfc-editor.org/rfc/rfc9112#section-3.2
 */
export function hostIssue(host: string | null): Issue | null {
  if (host === null) return null;
  const parts = HOST.exec(host);
  if (parts === null) return UNCLEAR_HOST;
  const [, ipv6, port = 0] = parts;
  return Number(port) <= PORT_MAX && (ipv6 === undefined || isIPv6(ipv6)) ? null : UNCLEAR_HOST;
}

const UNCLEAR_HOST: Issue = {
  path: "Host",
  message: "must be given once, as one host with or without a port",
};

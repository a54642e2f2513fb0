import { isIP } from "node:net";

/** An address of IPv4 in one of IPv6, ::ffff:0:0/96: https://www.rfc-editor.org/rfc/rfc4291#section-2.5.5.2 */
const MAPPED = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/** The one form in which addresses are compared and logged: lower case, short, and IPv4 where it is mapped. Null for any other text. */
export function canonicalAddress(text: string): string | null {
  const version = isIP(text);
  if (version !== 6) return version === 4 ? text : null;
  const [withoutZone = ""] = text.split("%");
  // A URL writes an address of IPv6 in one form, without dots. https://url.spec.whatwg.org/#concept-ipv6-serializer
  const ipv6 = new URL(`http://[${withoutZone}]`).hostname.slice(1, -1);
  const mapped = MAPPED.exec(ipv6)
    ?.slice(1)
    .map((group) => Number.parseInt(group, 16));
  return mapped?.flatMap((bits) => [bits >> 8, bits & 0xff]).join(".") ?? ipv6;
}

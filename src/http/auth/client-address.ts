import { BlockList, isIP } from "node:net";

/** Addresses that begin alike. */
interface Block {
  readonly base: string;
  /** How many bits from the start are the same. */
  readonly length: number;
}

/** IPv4 that is written as IPv6: ::ffff:0:0/96 https://www.rfc-editor.org/rfc/rfc4291#section-2.5.5.2 */
const MAPPED = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;
const MAPPED_BITS = 96;
const MAPPED_START = "::ffff:";

/** The most addresses that are read of one request: a header has room for thousands, each of which takes its time. */
const HOP_LIMIT = 32;

/** The peer of a request that came by a Unix socket, which has no address. */
export const UNIX_PEER = "unix";

/** Peers whose word is taken for where a request comes from. */
export class TrustedProxies {
  readonly #ipv4 = new BlockList();
  /** Apart, since a list takes all of IPv4 for a part of ::/80. */
  readonly #ipv6 = new BlockList();
  readonly #isEmpty: boolean;
  readonly #trustsUnix: boolean;

  /** Of what `isTrustedProxy` says yes to; throws an Error for anything else. */
  constructor(texts: readonly string[]) {
    this.#isEmpty = texts.length === 0;
    this.#trustsUnix = texts.includes(UNIX_PEER);
    for (const text of texts) {
      if (text === UNIX_PEER) continue;
      const block = blockOf(text);
      if (block === null) throw new Error(`${text} is no address and no CIDR block`);
      const { base, length } = block;
      if (isIP(base) === 4) this.#ipv4.addSubnet(base, length, "ipv4");
      else this.#ipv6.addSubnet(base, length, "ipv6");
    }
  }

  /**
   * Where a request comes from: its peer, or, by the word of a trusted peer, the last of the forwarded addresses
   * that is not trusted itself. What is no address ends the search, as nothing before it can be vouched for. null
   * where all that is known is that it came by a Unix socket.
   */
  clientOf(peer: string, forwardedFor: string | null): string | null {
    if (peer === UNIX_PEER) return this.#trustsUnix ? this.#lastUntrusted(null, forwardedFor) : null;
    if (this.#isEmpty && !peer.startsWith(MAPPED_START)) return peer;
    const nearest = addressOf(peer);
    return nearest === null ? peer : this.#lastUntrusted(nearest, forwardedFor);
  }

  #lastUntrusted(nearest: string | null, forwardedFor: string | null): string | null {
    let client = nearest;
    const hops = forwardedFor?.split(",").slice(-HOP_LIMIT) ?? [];
    while (client === null || this.#trusts(client)) {
      const next = addressOf(withoutPort(hops.pop() ?? ""));
      if (next === null) break;
      client = next;
    }
    return client;
  }

  #trusts(address: string): boolean {
    return isIP(address) === 4 ? this.#ipv4.check(address, "ipv4") : this.#ipv6.check(address, "ipv6");
  }
}

/**
 * Whether a text says whom to trust: an address or a CIDR block, of IPv4 or IPv6, as `192.0.2.1`, `10.0.0.0/8` or
 * `2001:db8::/32`, or `unix` for all that comes by a Unix socket. Bits behind the length change nothing.
 */
export function isTrustedProxy(text: string): boolean {
  return text === UNIX_PEER || blockOf(text) !== null;
}

function blockOf(text: string): Block | null {
  const [, written = "", given] = /^([^/%]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const base = addressOf(written);
  if (base === null) return null;
  const width = isIP(base) === 4 ? 32 : 128;
  const isMapped = isIP(written) === 6 && width === 32;
  const length = given === undefined ? width : Number(given) - (isMapped ? MAPPED_BITS : 0);
  return length < 0 || length > width ? null : { base, length };
}

/** An address in the one form that it is told and compared in. */
function addressOf(text: string): string | null {
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

/** The network of an address: the address of IPv4 itself, and of IPv6 the 64 bits of which one network has all. */
export function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail = ""] = address.split("::");
  const [start, end] = [head.split(":"), tail.split(":")];
  const zeros = Array.from({ length: Math.max(8 - start.length - end.length, 0) }, () => "0");
  const network = [...start, ...zeros, ...end].slice(0, 4).map((group) => group || "0");
  return `${network.join(":").replace(/(^0|:0)(:0)*$/, "")}::/64`;
}

/** `192.0.2.1:443`, `[2001:db8::1]:443` and `[2001:db8::1]` without what is around the address. */
function withoutPort(hop: string): string {
  const [, inBrackets, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d+)?$/.exec(hop.trim()) ?? [];
  return inBrackets ?? plain ?? hop.trim();
}

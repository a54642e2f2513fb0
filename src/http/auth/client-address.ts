import { BlockList, isIP } from "node:net";

/** A CIDR block. */
interface Block {
  readonly base: string;
  /** The number of leading bits that all its addresses share. */
  readonly length: number;
}

/** IPv4 that is written as IPv6: ::ffff:0:0/96 https://www.rfc-editor.org/rfc/rfc4291#section-2.5.5.2 */
const MAPPED = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;
const MAPPED_BITS = 96;
const MAPPED_START = "::ffff:";

/** The most addresses that are read in one request: a header has room for thousands, and each takes time. */
const HOP_LIMIT = 32;

/** The peer of a request that came through a Unix socket. It has no address. */
export const UNIX_PEER = "unix";

/** The proxies that may name the client of a request. */
export class TrustedProxies {
  readonly #ipv4 = new BlockList();
  /** In a list of its own: a BlockList takes all of IPv4 for a part of ::/80. */
  readonly #ipv6 = new BlockList();
  readonly #isEmpty: boolean;
  readonly #trustsUnix: boolean;

  /** Takes texts that pass `isTrustedProxy`. Throws an Error for any other. */
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
   * The address of the client. That is the peer of the connection. If the peer is a trusted proxy, it is the last
   * forwarded address that is not a trusted proxy itself. The search ends at a text that is no address, as no trusted
   * proxy wrote the addresses before it. Null if a Unix socket is all that is known.
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
 * True for an address or a CIDR block of IPv4 or IPv6, such as `192.0.2.1`, `10.0.0.0/8` or `2001:db8::/32`, and for
 * `unix`, which trusts every request through a Unix socket. The bits after the length of a block have no meaning.
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

/** An address in the form that the log and all comparisons use; null for any other text. */
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

/** The network of an address: the address itself for IPv4, and the first 64 bits for IPv6, where one network has the rest. */
export function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail = ""] = address.split("::");
  const [start, end] = [head.split(":"), tail.split(":")];
  const zeros = Array.from({ length: Math.max(8 - start.length - end.length, 0) }, () => "0");
  const network = [...start, ...zeros, ...end].slice(0, 4).map((group) => group || "0");
  return `${network.join(":").replace(/(^0|:0)(:0)*$/, "")}::/64`;
}

/** The address in `192.0.2.1:443`, `[2001:db8::1]:443` or `[2001:db8::1]`. */
function withoutPort(hop: string): string {
  const [, inBrackets, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d+)?$/.exec(hop.trim()) ?? [];
  return inBrackets ?? plain ?? hop.trim();
}

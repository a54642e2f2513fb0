import { canonicalAddress } from "../../ip-address.ts";

const MAPPED_START = "::ffff:";

/** The most addresses that are read in one request: a header has room for thousands, and each takes time. */
const HOP_LIMIT = 32;

/** The peer of a request that came through a Unix socket. It has no address. */
export const UNIX_PEER = "unix";

/** The peers that are trusted with `X-Forwarded-For`. */
interface TrustedPeers {
  readonly isEmpty: boolean;
  /** True if every peer that comes by a Unix socket is trusted. */
  readonly hasUnix: boolean;
  /** True for a trusted address, which must be canonical. */
  has(address: string): boolean;
}

/** Finds the address of the client of a request. */
export class ClientAddresses {
  readonly #trusted: TrustedPeers;

  constructor(trusted: TrustedPeers) {
    this.#trusted = trusted;
  }

  /**
   * The address of the client. That is the peer of the connection. If the peer is a trusted proxy, it is the last
   * forwarded address that is not a trusted proxy itself. The search ends at a text that is no address, as no trusted
   * proxy wrote the addresses before it. Null if a Unix socket is all that is known.
   */
  clientOf(peer: string, forwardedFor: string | null): string | null {
    if (peer === UNIX_PEER) return this.#trusted.hasUnix ? this.#lastUntrusted(null, forwardedFor) : null;
    if (this.#trusted.isEmpty && !peer.startsWith(MAPPED_START)) return peer;
    const nearest = canonicalAddress(peer);
    return nearest === null ? peer : this.#lastUntrusted(nearest, forwardedFor);
  }

  #lastUntrusted(nearest: string | null, forwardedFor: string | null): string | null {
    let client = nearest;
    const hops = forwardedFor?.split(",").slice(-HOP_LIMIT) ?? [];
    while (client === null || this.#trusted.has(client)) {
      const next = canonicalAddress(withoutPort(hops.pop() ?? ""));
      if (next === null) break;
      client = next;
    }
    return client;
  }
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

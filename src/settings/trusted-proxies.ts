import { BlockList, isIP } from "node:net";
import { InvalidArgumentError } from "commander";
import { canonicalAddress } from "../ip-address.ts";
import { listItems } from "./list-items.ts";

/** The peers that Publisher trusts with `X-Forwarded-For`. */
export class TrustedProxies {
  readonly #ipv4 = new BlockList();
  /** A list of its own, since a BlockList takes all of IPv4 for a part of ::/80. */
  readonly #ipv6 = new BlockList();
  #isEmpty = true;
  #hasUnix = false;

  /** True if it trusts no peer at all. */
  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /** True if it trusts every peer that comes by a Unix socket. */
  get hasUnix(): boolean {
    return this.#hasUnix;
  }

  /** True for a trusted address, which must be canonical. */
  has(address: string): boolean {
    return isIP(address) === 4 ? this.#ipv4.check(address, "ipv4") : this.#ipv6.check(address, "ipv6");
  }

  /**
   * Adds an address or a CIDR block, such as `192.0.2.1`, `10.0.0.0/8` or `2001:db8::/32`, or `unix` for all peers that
   * come by a Unix socket. Bits behind the length change nothing. Returns false for any other text.
   */
  add(text: string): boolean {
    const block = text === "unix" ? null : blockFrom(text);
    if (text !== "unix" && block === null) return false;
    this.#isEmpty = false;
    if (block === null) this.#hasUnix = true;
    else if (isIP(block.base) === 4) this.#ipv4.addSubnet(block.base, block.length, "ipv4");
    else this.#ipv6.addSubnet(block.base, block.length, "ipv6");
    return true;
  }
}

/** Reads a list of trusted proxies. Throws commander's InvalidArgumentError for a bad one. */
export function trustedProxies(text: string): TrustedProxies {
  const proxies = new TrustedProxies();
  const wrong = listItems(text).find((item) => !proxies.add(item));
  if (wrong === undefined) return proxies;
  throw new InvalidArgumentError(
    "It must be addresses, CIDR blocks or unix with commas between them, such as 127.0.0.1,10.0.0.0/8, " +
      `and has ${JSON.stringify(wrong)}.`,
  );
}

/** Addresses that begin alike. */
interface Block {
  readonly base: string;
  /** The count of bits from the start that are the same. */
  readonly length: number;
}

/** The bits before an address of IPv4 in an address of IPv6: RFC 4291, section 2.5.5.2. */
const MAPPED_BITS = 96;

function blockFrom(text: string): Block | null {
  const [, written = "", given] = /^([^/%]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const base = canonicalAddress(written);
  if (base === null) return null;
  const width = isIP(base) === 4 ? 32 : 128;
  const isMapped = isIP(written) === 6 && width === 32;
  const length = given === undefined ? width : Number(given) - (isMapped ? MAPPED_BITS : 0);
  return length < 0 || length > width ? null : { base, length };
}

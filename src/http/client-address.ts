import { isIP } from "node:net";

/** An address in a form that can be compared: IPv4 that is written as IPv6 is IPv4. */
interface Address {
  readonly text: string;
  readonly bits: bigint;
  /** How many bits there are: 32 or 128. */
  readonly width: number;
}

interface Block {
  readonly width: number;
  /** How many bits at the end are left open. */
  readonly open: bigint;
  /** What comes before them. */
  readonly prefix: bigint;
}

/** ::ffff:0:0/96 https://www.rfc-editor.org/rfc/rfc4291#section-2.5.5.2 */
const MAPPED = 0xffffn;
const MAPPED_BITS = 96;
const MAPPED_START = "::ffff:";

/** The most addresses that are read of one request: a header has room for thousands, each of which takes its time. */
const HOP_LIMIT = 32;

/** Blocks of addresses whose word is taken for whom a request comes from. */
export class TrustedProxies {
  readonly #blocks: readonly Block[];

  private constructor(blocks: readonly Block[]) {
    this.#blocks = blocks;
  }

  /** Of what `isAddressBlock` says yes to; throws an Error for anything else. */
  static of(texts: readonly string[]): TrustedProxies {
    const blocks = texts.map((text) => {
      const block = blockOf(text);
      if (block === null) throw new Error(`${text} is no address and no CIDR block`);
      return block;
    });
    return new TrustedProxies(blocks);
  }

  /**
   * Where a request comes from: its peer, or, by the word of a trusted peer, the last of the forwarded addresses
   * that is not trusted itself. What is no address ends the search, as nothing before it can be vouched for.
   */
  clientOf(peer: string, forwardedFor: string | null): string {
    if (this.#blocks.length === 0 && !peer.startsWith(MAPPED_START)) return peer;
    const nearest = addressOf(peer);
    if (nearest === null) return peer;
    let client = nearest;
    const hops = forwardedFor?.split(",").slice(-HOP_LIMIT) ?? [];
    while (this.#trusts(client)) {
      const next = addressOf(withoutPort(hops.pop() ?? ""));
      if (next === null) break;
      client = next;
    }
    return client.text;
  }

  #trusts({ bits, width }: Address): boolean {
    return this.#blocks.some((block) => block.width === width && bits >> block.open === block.prefix);
  }
}

/**
 * Whether a text is an address or a CIDR block, of IPv4 or IPv6, as `192.0.2.1`, `10.0.0.0/8` or `2001:db8::/32`.
 * Bits behind the length change nothing.
 */
export function isAddressBlock(text: string): boolean {
  return blockOf(text) !== null;
}

function blockOf(text: string): Block | null {
  const [, base = "", length] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = addressOf(base);
  if (address === null || base.includes("%")) return null;
  const wholeWidth = isIP(base) === 4 ? 32 : 128;
  const given = length === undefined ? wholeWidth : Number(length);
  const kept = given - (wholeWidth - address.width);
  if (given > wholeWidth || kept < 0) return null;
  const open = BigInt(address.width - kept);
  return { width: address.width, open, prefix: address.bits >> open };
}

function addressOf(text: string): Address | null {
  const version = isIP(text);
  if (version === 0) return null;
  if (version === 4) return { text, bits: joined(text.split("."), 8n, 10), width: 32 };
  const [plain = ""] = text.split("%");
  // A URL writes an address of IPv6 in one form, without dots. https://url.spec.whatwg.org/#concept-ipv6-serializer
  const canonical = new URL(`http://[${plain}]`).hostname.slice(1, -1);
  const bits = joined(groups(canonical), 16n, 16);
  return bits >> 32n === MAPPED ? mapped(bits) : { text: canonical, bits, width: 128 };
}

function mapped(bits: bigint): Address {
  const own = BigInt.asUintN(128 - MAPPED_BITS, bits);
  const text = [24n, 16n, 8n, 0n].map((shift) => (own >> shift) & 0xffn).join(".");
  return { text, bits: own, width: 128 - MAPPED_BITS };
}

/** The eight groups of an address, of which `::` leaves out those that are zero. */
function groups(address: string): readonly string[] {
  const [start = "", end] = address.split("::");
  const before = start === "" ? [] : start.split(":");
  if (end === undefined) return before;
  const after = end === "" ? [] : end.split(":");
  return [...before, ...Array<string>(8 - before.length - after.length).fill("0"), ...after];
}

function joined(digits: readonly string[], size: bigint, radix: number): bigint {
  return digits.reduce((bits, digit) => (bits << size) | BigInt(Number.parseInt(digit, radix)), 0n);
}

/** `192.0.2.1:443`, `[2001:db8::1]:443` and `[2001:db8::1]` without what is around the address. */
function withoutPort(hop: string): string {
  const [, inBrackets, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d+)?$/.exec(hop.trim()) ?? [];
  return inBrackets ?? plain ?? hop.trim();
}

/** A text in two halves, in hexadecimal. Each alone is random: only both together tell anything of the text. */
export interface Halves {
  readonly one: string;
  readonly other: string;
}

/** Splits a text by a one-time pad, made anew each time of the browser's random numbers. */
export function split(text: string): Halves {
  const bytes = new TextEncoder().encode(text);
  const pad = crypto.getRandomValues(new Uint8Array(bytes.length));
  return { one: hex(pad), other: hex(combined(bytes, pad)) };
}

/** A name that nobody guesses: 128 random bits in hexadecimal. */
export function randomName(): string {
  return hex(crypto.getRandomValues(new Uint8Array(16)));
}

/** The text that was split; null if these are not the two halves of one. */
export function joined({ one, other }: Halves): string | null {
  if (one.length !== other.length || !isHex(one) || !isHex(other)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(combined(bytesOf(one), bytesOf(other)));
  } catch {
    return null;
  }
}

function combined(bytes: Uint8Array, pad: Uint8Array): Uint8Array {
  return bytes.map((byte, index) => byte ^ (pad[index] ?? 0));
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function isHex(text: string): boolean {
  return /^(?:[0-9a-f]{2})+$/.test(text);
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

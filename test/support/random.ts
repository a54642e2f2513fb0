import type { Random } from "../../src/tokens/random.ts";

/** Bytes that differ from call to call and are the same in every run: the SHA-256 of a counter. */
export function repeatableRandom(): Random {
  let count = 0;
  return (bytes) => {
    count += 1;
    return new Bun.CryptoHasher("sha256").update(`${count}`).digest().subarray(0, bytes);
  };
}

/** The same byte over and over: the least and the greatest that chance can give. */
export function constantRandom(byte: number): Random {
  return (bytes) => new Uint8Array(bytes).fill(byte);
}

/** Gives that many unpredictable bytes. Passed in, so that tests can repeat themselves. */
export type Random = (bytes: number) => Uint8Array;

/** The bytes as one number, most significant first. */
export function numberFrom(bytes: Uint8Array): bigint {
  return BigInt(`0x${bytes.toHex()}`);
}

import { parseTime, type UnixSeconds } from "../../tokens/time.ts";

/** The moment of a text that the schema `Time` accepted; null where the caller sent none. */
export function sentTime(text: string | null | undefined): UnixSeconds | null {
  return text === null || text === undefined ? null : parseTime(text);
}

import { DESCRIPTION_LIMIT } from "../../../src/tokens/limits.ts";
import { codePoints } from "../../../src/tokens/visible-text.ts";

/** The description to send to the API; null for an empty one. */
export function descriptionOf(text: string): string | null {
  return text.trim() === "" ? null : text.trim();
}

/** That a typed description is too long, as the end of a sentence that begins with its name; null if it is not. */
export function lengthFault(text: string): string | null {
  const isTooLong = codePoints(descriptionOf(text) ?? "") > DESCRIPTION_LIMIT;
  return isTooLong ? `must have at most ${DESCRIPTION_LIMIT} characters` : null;
}

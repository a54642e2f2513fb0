import { signal } from "@preact/signals";
import { AUDIENCE_LIMIT, isAudience } from "../../../src/tokens/audience.ts";
import { visible } from "../../../src/tokens/visible-text.ts";
import type { Token } from "../api/types.ts";

/** The services of the tokens seen so far, in order, to be offered in forms. */
export const knownAudiences = signal<readonly string[]>([]);

/** Remembers which services tokens are for. */
export function noteAudiences(tokens: readonly Pick<Token, "audiences">[]): void {
  const known = new Set(knownAudiences.value);
  for (const { audiences } of tokens) for (const name of audiences ?? []) known.add(name);
  if (known.size > knownAudiences.value.length) knownAudiences.value = [...known].sort();
}

/** The names in a text that has commas, semicolons or line breaks between them. */
export function audiencesIn(text: string): readonly string[] {
  return text
    .split(/[,;\r\n]/)
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

/** The text with one more name in it, unless it has that already. */
export function withAudience(text: string, name: string): string {
  return [...new Set([...audiencesIn(text), name])].join(", ");
}

/** The fault of the services of a new token, as a sentence; null if there is none. */
export function audiencesFault(names: readonly string[]): string | null {
  if (names.length === 0) return "Name at least one service.";
  if (names.length > AUDIENCE_LIMIT) return `A token is for at most ${AUDIENCE_LIMIT} services.`;
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) return `${twice} is there twice.`;
  const wrong = names.find((name) => !isAudience(name));
  return wrong === undefined ? null : nameFault(wrong);
}

function nameFault(wrong: string): string {
  const words = wrong.split(/\s+/);
  if (words.length > 1 && words.every(isAudience))
    return `“${visible(wrong)}” has a space in it. Write “${words.join("-")}” for one service, or “${words.join(", ")}” for ${words.length} services.`;
  return `“${visible(wrong)}” cannot be a name: it takes 1 to 63 lower-case letters, digits and hyphens, and does not begin with a hyphen.`;
}

import { excerpt } from "../../tokens/secret/redaction.ts";

/** The longest name of a parameter that an answer repeats. */
const NAME_LIMIT = 64;

/** Room for a secret that begins in the last of these characters. An answer can repeat a hundred names. */
const NAME_LOOK_AHEAD = 64;

/** A path as JavaScript would write it: `filters[0].key`. */
export function pathText(path: readonly PropertyKey[]): string {
  return joined(path.map(stepText));
}

/** One step of a path: `[0]`, or `.key`, cut short and without any text that could be a secret. */
export function stepText(step: PropertyKey): string {
  if (typeof step === "number") return `[${step}]`;
  return `.${excerpt(String(step).toWellFormed(), NAME_LIMIT, NAME_LOOK_AHEAD) || '""'}`;
}

/** A path of such steps. */
export function joined(steps: readonly string[]): string {
  return steps.join("").replace(/^\./, "");
}

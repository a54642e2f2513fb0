import { excerpt } from "../tokens/redaction.ts";

/** The longest name of a parameter that is told back to whoever sent it. */
const NAME_LIMIT = 64;

/** A path as JavaScript would write it: `filters[0].key`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    const name = excerpt(String(step).toWellFormed(), NAME_LIMIT) || '""';
    return text === "" ? name : `${text}.${name}`;
  }, "");
}

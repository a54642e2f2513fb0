import { withoutSecrets } from "../tokens/secret.ts";

/** The longest name of a parameter that is told back to whoever sent it. */
const NAME_LIMIT = 64;

/** A path as JavaScript would write it: `filters[0].key`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    const name = shortened(String(step)) || '""';
    return text === "" ? name : `${text}.${name}`;
  }, "");
}

/** A name from a caller, without what could be a secret, and cut short. */
function shortened(name: string): string {
  const whole = withoutSecrets(name.toWellFormed());
  return whole.length > NAME_LIMIT ? `${whole.slice(0, NAME_LIMIT).toWellFormed()}…` : whole;
}

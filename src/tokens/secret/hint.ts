import { SECRET_PREFIX } from "./secret-form.ts";

/** How many characters at the end of a secret the API shows. */
export const HINT_LENGTH = 4;

/** A hint as people read it, such as `sk_live_…wxyz`. */
export const HINT = new RegExp(String.raw`^${SECRET_PREFIX}\u2026[0-9A-Za-z]{${HINT_LENGTH}}$`);

export function shownHint(hint: string): string {
  return `${SECRET_PREFIX}…${hint}`;
}

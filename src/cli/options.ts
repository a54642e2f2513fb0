import { UsageError } from "../settings/usage-error.ts";
import { isTokenId, TOKEN_ID_FORM } from "../tokens/identifier.ts";

/** The flag of every command with an answer for programs. */
export const JSON_FLAG = ["--json", "print JSON, as the API answers it"] as const;

export interface JsonFlag {
  readonly json?: boolean;
}

/** The argument of every command that works on one token. */
export const TOKEN_ID = ["<ID>", 'the token\'s id, as "publisher token list" shows it'] as const;

/** Throws UsageError for a text that is no token id; `name` is its flag or its argument. */
export function requireTokenId(text: string, name = "ID"): void {
  if (isTokenId(text)) return;
  throw new UsageError(`${name} must be ${TOKEN_ID_FORM}, as in "token list".`);
}

/** Parses a flag that can be repeated, or that has several values with commas between them. */
export function collect(values: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...values.split(",")];
}

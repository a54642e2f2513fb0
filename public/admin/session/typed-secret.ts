import { isWellFormed, SECRET_LENGTH, SECRET_PREFIX } from "../../../src/tokens/secret/secret-form.ts";
import { crc32 } from "./crc32.ts";

/** The text before a secret in its header. */
const HEADER = /^(?:authorization:)?bearer(?=sk_)/i;

const QUOTATION_MARKS = /["'`‘’“”„«»]/g;

/** The secret in a typed or pasted text: without spaces, line breaks, quotation marks and `Bearer`. */
export function secretIn(typed: string): string {
  return typed.replaceAll(/\s/g, "").replaceAll(QUOTATION_MARKS, "").replace(HEADER, "");
}

/** Why a text is no secret of any Publisher, as a sentence. Returns null if it may be one. */
export function secretFault(secret: string): string | null {
  const { length } = secret;
  if (secret.includes("…")) return "This is a token's hint, not the token.";
  if (!secret.startsWith(SECRET_PREFIX))
    return `This is not an API token. An API token begins with ${SECRET_PREFIX}.`;
  if (length < SECRET_LENGTH)
    return `This token is incomplete: it has ${length} of ${SECRET_LENGTH} characters. Copy all of it.`;
  if (length > SECRET_LENGTH)
    return `This is longer than a token: it has ${length} characters, and a token has ${SECRET_LENGTH}. Copy the token alone.`;
  return isWellFormed(secret, crc32)
    ? null
    : "This token has a wrong character: its checksum does not fit. Copy it again.";
}

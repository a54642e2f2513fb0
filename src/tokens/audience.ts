/** The most services that one token is for. */
export const AUDIENCE_LIMIT = 16;

/** The form of a name, as the end of a sentence that begins with "it must be". */
export const AUDIENCE_FORM =
  "a name of 1 to 63 lower-case letters, digits and hyphens that does not begin with a hyphen";

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

/**
 * Whether the text can name a service that tokens are for: 1 to 63 lower-case letters, digits and hyphens, no
 * hyphen first. An audience in the sense of RFC 8707, section 2.
 */
export function isAudience(text: string): boolean {
  return NAME.test(text);
}

/** The fault of the audiences of a token, as the end of a sentence that begins with their name; null for none. */
export function audiencesFault(audiences: readonly string[]): string | null {
  if (audiences.length === 0 || audiences.length > AUDIENCE_LIMIT)
    return `must have 1 to ${AUDIENCE_LIMIT} names`;
  if (new Set(audiences).size < audiences.length) return "must have each name only once";
  const wrong = audiences.find((name) => !isAudience(name));
  return wrong === undefined ? null : `must each be ${AUDIENCE_FORM}`;
}

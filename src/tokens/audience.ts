/** The most services that one token is for. */
export const AUDIENCE_LIMIT = 16;

/** The form of a name, as the end of a sentence that begins with "it must be". */
export const AUDIENCE_FORM =
  "a name of 1 to 63 lower-case letters, digits and hyphens that does not begin with a hyphen";

/** The name of a service: an audience in the sense of RFC 8707, section 2. */
export const AUDIENCE_NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

export function isAudience(text: string): boolean {
  return AUDIENCE_NAME.test(text);
}

/** The fault of the audiences of a token, as the end of a sentence that begins with their name; null for none. */
export function audiencesFault(audiences: readonly string[]): string | null {
  if (audiences.length === 0 || audiences.length > AUDIENCE_LIMIT)
    return `must have 1 to ${AUDIENCE_LIMIT} names`;
  if (new Set(audiences).size < audiences.length) return "must have each name only once";
  const wrong = audiences.find((name) => !isAudience(name));
  return wrong === undefined ? null : `must each be ${AUDIENCE_FORM}`;
}

/** A way to say in the Authorization header whose request it is. */
export type Scheme = "bearer" | "basic";

/** What a request says of who sends it. */
export interface Credential {
  /** The way that was tried; null where none of those that are taken was. */
  readonly scheme: Scheme | null;
  /** What was shown as a secret; null where that cannot be told. */
  readonly secret: string | null;
}

interface Reading {
  readonly start: RegExp;
  readonly secret: (header: string) => string | null;
}

/** The scheme in any case, then one token and nothing else. https://www.rfc-editor.org/rfc/rfc6750#section-2.1 */
const BEARER = /^bearer +([\w.~+/-]+=*)$/i;

/** The scheme in any case, then a user and a password in base 64. https://www.rfc-editor.org/rfc/rfc7617#section-2 */
const BASIC = /^basic +([0-9A-Za-z+/]+=*)$/i;

const READINGS: Readonly<Record<Scheme, Reading>> = {
  bearer: { start: /^bearer +\S/i, secret: (header) => BEARER.exec(header)?.[1] ?? null },
  basic: { start: /^basic +\S/i, secret: (header) => passwordIn(BASIC.exec(header)?.[1] ?? "") },
};

/** Reads an Authorization header by those schemes alone. Two such headers come as one, which is neither. */
export function credentialFrom(header: string | null, schemes: readonly Scheme[]): Credential {
  const scheme = schemes.find((each) => READINGS[each].start.test(header ?? ""));
  if (header === null || scheme === undefined) return { scheme: null, secret: null };
  return { scheme, secret: READINGS[scheme].secret(header) };
}

/**
 * What stands behind the first colon; a user has none. Clients of OAuth encode both as forms do, others leave them as
 * they are, which is the same for a secret. https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1
 */
function passwordIn(base64: string): string | null {
  try {
    const pair = atob(base64);
    const colon = pair.indexOf(":");
    return colon === -1 ? null : decodeURIComponent(pair.slice(colon + 1));
  } catch {
    return null;
  }
}

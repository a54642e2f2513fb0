import { isSecret, SECRET_ANYWHERE } from "../../tokens/secret/secret.ts";

/** A scheme of the Authorization header. */
export type Scheme = "bearer" | "basic";

/** A header in which the token comes alone, so that the service keeps `Authorization` for itself. */
export interface TokenHeader {
  readonly header: string;
}

/** The place of a token in a request. */
export type Carrier = Scheme | TokenHeader;

/** The secret in a request and its place there; or the reason why there is none. */
export type Credential<From extends Carrier = Carrier> =
  | { readonly carrier: From; readonly secret: string; readonly refusal: null }
  | { readonly carrier: From; readonly secret: null; readonly refusal: "malformed" }
  | { readonly carrier: null; readonly secret: null; readonly refusal: "missing" };

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

const MISSING: Credential<never> = { carrier: null, secret: null, refusal: "missing" };

/** Reads the Authorization header by these schemes alone. Two such headers arrive as one, and it fits no scheme. */
export function credentialFrom(headers: Headers, schemes: readonly Scheme[]): Credential<Scheme> {
  const header = headers.get("authorization") ?? "";
  const carrier = schemes.find((each) => READINGS[each].start.test(header));
  return carrier === undefined ? MISSING : shown(carrier, READINGS[carrier].secret(header));
}

/**
 * Reads the token from a header of its own. The service gets `Authorization` as the client sent it, so a Publisher
 * secret in that header too is refused: the service must not see it. Two headers of one name arrive as one, and it is no
 * secret.
 */
export function credentialIn(headers: Headers, carrier: TokenHeader): Credential {
  const secret = headers.get(carrier.header) ?? "";
  if (secret === "") return MISSING;
  return shown(carrier, carriesSecret(headers.get("authorization") ?? "") ? null : secret);
}

function shown<From extends Carrier>(carrier: From, secret: string | null): Credential<From> {
  return secret === null ? { carrier, secret, refusal: "malformed" } : { carrier, secret, refusal: null };
}

/**
 * The password: the text after the last colon, since a user may be a URL and a secret has no colon. Null if the user is
 * a secret too, as the request then has two tokens. Clients of OAuth percent-encode both parts, others do not; a secret
 * is the same in both forms. https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1
 */
function passwordIn(base64: string): string | null {
  const pair = decodedBase64(base64);
  const colon = pair.lastIndexOf(":");
  if (colon === -1 || showsSecret(pair.slice(0, colon))) return null;
  return percentDecoded(pair.slice(colon + 1));
}

/** The percent-decoded text; null if its encoding is broken. */
function percentDecoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** True if the text has a secret in a form that Publisher takes. */
function showsSecret(text: string): boolean {
  return [text, percentDecoded(text) ?? ""].some((each) =>
    each.matchAll(SECRET_ANYWHERE).some(([secret]) => isSecret(secret)),
  );
}

/** True if an Authorization header has a Publisher secret anywhere, as plain text or in base 64 as in Basic. */
function carriesSecret(authorization: string): boolean {
  return [authorization, ...authorization.split(/[\s,]+/).map(decodedBase64)].some(showsSecret);
}

function decodedBase64(text: string): string {
  try {
    return atob(text);
  } catch {
    return "";
  }
}

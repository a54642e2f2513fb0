/**
 * On every answer. Nothing here is to be framed, sniffed, loaded by another site or told to the next one; what a
 * page needs beyond that it says itself. OWASP Secure Headers Project: https://owasp.org/www-project-secure-headers/
 */
export const SECURITY_HEADERS: readonly [name: string, value: string][] = [
  [
    "content-security-policy",
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  ],
  ["x-content-type-options", "nosniff"],
  ["referrer-policy", "no-referrer"],
  ["cross-origin-resource-policy", "same-origin"],
  ["cross-origin-opener-policy", "same-origin"],
  ["x-frame-options", "DENY"],
];

/** Adds what is missing: an answer may come with a content security policy of its own, and JSON has them all. */
export function secure(headers: Headers): void {
  if (headers.has("x-frame-options")) return;
  for (const [name, value] of SECURITY_HEADERS) {
    if (!headers.has(name)) headers.set(name, value);
  }
}

/**
 * What the admin page runs under: its own scripts, styles and pictures and the API, nothing inline and nothing
 * from elsewhere, and no way to make markup from text. https://www.w3.org/TR/CSP3/, https://www.w3.org/TR/trusted-types/
 */
export const ADMIN_PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; " +
  "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; " +
  "require-trusted-types-for 'script'; trusted-types 'none'";

/** What Swagger UI needs: as little, and pictures that lie in its styles. It makes markup from text, safely. */
export const SWAGGER_PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
  "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

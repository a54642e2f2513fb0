/**
 * The headers of every answer. They forbid frames, scripts, guesses of the media type, use by other sites and the
 * Referer header. A page has its own content security policy. https://owasp.org/www-project-secure-headers/
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

/** Adds the missing headers. A page has its own content security policy, and JSON answers have all of them already. */
export function secure(headers: Headers): void {
  if (headers.has("x-frame-options")) return;
  for (const [name, value] of SECURITY_HEADERS) {
    if (!headers.has(name)) headers.set(name, value);
  }
}

/**
 * The content security policy of the admin page. It allows the page's own scripts, styles, pictures and the API. Inline
 * code, other sites and markup made from text are forbidden.
 * https://www.w3.org/TR/CSP3/, https://www.w3.org/TR/trusted-types/
 */
export const ADMIN_PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; " +
  "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; " +
  "require-trusted-types-for 'script'; trusted-types 'none'";

/**
 * The content security policy of the Swagger page. Swagger UI also needs pictures inside its styles, and it makes
 * markup from text, in a safe way.
 */
export const SWAGGER_PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
  "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

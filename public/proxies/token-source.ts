import { isTokenHeaderName } from "../../src/http/auth/token-header-name.ts";

/** Where clients put the token: as Bearer, as Bearer or Basic's password, or alone in the header of this name. */
export type TokenSource = "bearer" | "basic" | { readonly header: string };

/** The header that carries the token. The service must not get it. */
export function tokenHeader(source: TokenSource): string {
  return typeof source === "object" ? source.header : "Authorization";
}

/**
 * The query of `/forward-auth/<audience>` that names the place of the token; empty for Bearer. Throws a
 * RangeError for a header in which Publisher takes no token.
 */
export function tokenQuery(source: TokenSource): string {
  if (source === "bearer") return "";
  if (source === "basic") return "scheme=basic";
  if (isTokenHeaderName(source.header)) return `header=${source.header}`;
  throw new RangeError(
    "the header must have a name of its own in lower-case letters, digits and hyphens, such as x-wiki-token",
  );
}

import type { Scheme } from "./credentials.ts";

/** The rules for all paths of one kind. */
export interface RoutePolicy {
  /** True if every request needs a good token, before anything else about it is checked. */
  readonly isProtected: boolean;
  /** The schemes of the Authorization header in which a token may come. */
  readonly schemes: readonly Scheme[];
  /** The form of every failure: the error envelope, or OAuth's. */
  readonly failures: "envelope" | "oauth";
}

/** Resource servers ask here whether a token is good. https://www.rfc-editor.org/rfc/rfc7662#section-2 */
export const INTROSPECTION_PATH = "/oauth2/introspect";

const API_PATH = "/publisher.v1";

/** All paths that have no policy of their own. */
const OPEN: RoutePolicy = { isProtected: false, schemes: ["bearer"], failures: "envelope" };
const API: RoutePolicy = { isProtected: true, schemes: ["bearer"], failures: "envelope" };
const INTROSPECTION: RoutePolicy = { isProtected: true, schemes: ["bearer", "basic"], failures: "oauth" };

/** The policy of a path, which must be the one in the URL of the request. */
export function routePolicyOf(path: string): RoutePolicy {
  if (path === API_PATH || path.startsWith(`${API_PATH}/`)) return API;
  return path === INTROSPECTION_PATH ? INTROSPECTION : OPEN;
}

/** Tokens that may call an endpoint with any access and any audiences. */
export type OtherCallers =
  /** Every token. */
  | "every-token"
  /** Tokens that verify. */
  | "verifying-tokens"
  /** Every token, if the call is about that token itself. */
  | "itself";

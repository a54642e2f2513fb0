import type { AuthenticationRefusal } from "../../tokens/refusal.ts";
import { type Failure, failureResponse } from "../errors.ts";
import type { Carrier, Scheme } from "./credentials.ts";
import { oauthFailureResponse } from "./oauth-errors.ts";

/** What is known of a request that failed. */
interface Failed {
  readonly id: string;
  readonly carrier: Carrier | null;
  readonly refusal: AuthenticationRefusal | null;
}

/** The rules for all paths of one kind. */
export interface RoutePolicy {
  /** Whether nobody anonymous may learn anything about them. */
  readonly isProtected: boolean;
  /** The ways to say who one is. */
  readonly schemes: readonly Scheme[];
  /** The form of every failure there. */
  readonly failureResponse: (failure: Failure, failed: Failed) => Response;
}

/** Where a resource server asks what a token is good for. https://www.rfc-editor.org/rfc/rfc7662#section-2 */
export const INTROSPECTION_PATH = "/oauth2/introspect";

const API_PATH = "/publisher.v1";

/** Everything that is not said below. */
export const OPEN: RoutePolicy = { isProtected: false, schemes: ["bearer"], failureResponse };
const API: RoutePolicy = { ...OPEN, isProtected: true };
const INTROSPECTION: RoutePolicy = {
  isProtected: true,
  schemes: ["bearer", "basic"],
  failureResponse: oauthFailureResponse,
};

/** The policy of a path, as the router knows it. */
export function routePolicyOf(path: string): RoutePolicy {
  if (path === API_PATH || path.startsWith(`${API_PATH}/`)) return API;
  return path === INTROSPECTION_PATH ? INTROSPECTION : OPEN;
}

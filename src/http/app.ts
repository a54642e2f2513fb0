import { Elysia } from "elysia";
import type { Authority } from "../tokens/authority.ts";
import { andThen } from "../tokens/awaitable.ts";
import { AuthenticatedRequest, requestWith } from "./auth/authentication.ts";
import { documentedRoutes } from "./documented-routes.ts";
import type { StoreHealth } from "./health.ts";
import type { PageFiles } from "./page-file.ts";
import { pageRoutes } from "./page-routes.ts";
import type { Handle, Handled } from "./request-pipeline.ts";

export interface AppParts extends StoreHealth {
  readonly authority: Authority;
  /** The files of the pages; null to serve the API alone. */
  readonly pages: PageFiles | null;
}

/**
 * All endpoints and pages. A request is authenticated by its path before Elysia looks for a route, so an anonymous
 * caller of a protected path sees nothing but the 401. Elysia must read the same path from the URL as we do: with
 * `standardHostname` it would look for the path behind the eleventh character, and a short Host header would shift it.
 * Should the two ever differ, an endpoint still refuses a request that was not authenticated.
 */
export function app({ authority, ping, writeTrouble, pages }: AppParts) {
  const elysia = new Elysia({ strictPath: true, handler: { standardHostname: false } })
    // The pipeline answers with every failure. Elysia would answer with details of the error.
    .onError(({ error }) => {
      throw error;
    })
    .use(documentedRoutes({ authority, ping, writeTrouble }))
    .use(pages === null ? new Elysia() : pageRoutes(pages));
  const { fetch } = elysia;

  const dispatch = async (request: AuthenticatedRequest): Promise<Response> => {
    try {
      return await fetch(requestWith(request));
    } catch (error) {
      request.countWithoutEndpoint(error);
      throw error;
    }
  };
  const handle: Handle = (context) => {
    if (!context.policy.isProtected) return fetch(context.request);
    return andThen(
      AuthenticatedRequest.authenticate(context, authority.tokens),
      (authenticated): Handled =>
        authenticated instanceof AuthenticatedRequest ? dispatch(authenticated) : authenticated,
    );
  };
  return { handle, routes: elysia.routes };
}

import { Elysia } from "elysia";
import type { Authority } from "../tokens/authority.ts";
import { apiTokenEndpoints } from "./api/api-token.ts";
import { auditEventEndpoints } from "./api/audit-event.ts";
import { introspection } from "./auth/introspection.ts";
import { resourceRoutes } from "./endpoint.ts";
import { health, type StoreHealth } from "./health.ts";

export interface DocumentedRoutesParts extends StoreHealth {
  readonly authority: Authority;
}

/** Every route in the OpenAPI document, except for forward-auth. */
export function documentedRoutes({ authority, ping, writeTrouble }: DocumentedRoutesParts) {
  return new Elysia({ name: "documented-routes" })
    .use(health({ ping, writeTrouble }))
    .use(resourceRoutes("api-token", apiTokenEndpoints(authority)))
    .use(resourceRoutes("audit-event", auditEventEndpoints(authority.auditTrail)))
    .use(introspection(authority.tokens));
}

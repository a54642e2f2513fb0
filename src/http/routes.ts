import { Elysia } from "elysia";
import type { Authority } from "../tokens/authority.ts";
import { apiToken } from "./api/api-token.ts";
import { auditEvent } from "./api/audit-event.ts";
import { introspection } from "./auth/introspection.ts";
import { health, type StoreHealth } from "./health.ts";

export interface RoutesParts extends StoreHealth {
  readonly authority: Authority;
}

/** Every endpoint that the OpenAPI document tells of. */
export function routes({ authority, ping, writeTrouble }: RoutesParts) {
  return new Elysia({ name: "routes" })
    .use(health({ ping, writeTrouble }))
    .use(apiToken(authority))
    .use(auditEvent(authority.auditTrail))
    .use(introspection(authority.tokens));
}

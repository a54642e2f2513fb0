import { Elysia } from "elysia";
import type { Authority } from "../tokens/authority.ts";
import { apiToken } from "./api-token.ts";
import { auditEvent } from "./audit-event.ts";
import { health, type StoreHealth } from "./health.ts";
import { introspection } from "./introspection.ts";

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

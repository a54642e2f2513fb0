import { Elysia } from "elysia";
import type { Authority } from "../tokens/authority.ts";
import { apiToken } from "./api-token.ts";
import { auditEvent } from "./audit-event.ts";
import { health } from "./health.ts";
import { introspection } from "./introspection.ts";

export interface RoutesParts {
  readonly authority: Authority;
  /** Throws unless the store answers. */
  readonly ping: () => void;
}

/** Every endpoint that the OpenAPI document tells of. */
export function routes({ authority, ping }: RoutesParts) {
  return new Elysia({ name: "routes" })
    .use(health(ping))
    .use(apiToken(authority))
    .use(auditEvent(authority.auditTrail))
    .use(introspection(authority.tokens));
}

import { Elysia } from "elysia";
import type { Tokens } from "../tokens/tokens.ts";
import { apiToken } from "./api-token.ts";
import { health } from "./health.ts";

export interface RoutesParts {
  readonly tokens: Tokens;
  /** Throws unless the store answers. */
  readonly ping: () => void;
}

/** Every endpoint that the OpenAPI document tells of. */
export function routes({ tokens, ping }: RoutesParts) {
  return new Elysia({ name: "routes" }).use(health(ping)).use(apiToken(tokens));
}

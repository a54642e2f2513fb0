import { Elysia } from "elysia";
import { jsonAnswer } from "./answer.ts";
import { unavailable } from "./errors.ts";
import { type OperationParts, openOperation } from "./openapi/operation.ts";
import { refuseOtherMethods, UNREAD } from "./other-methods.ts";

/** Whether the server lives, and whether its store answers: for whoever restarts it or sends it requests. */
export function health(ping: () => void) {
  return new Elysia({ name: "health" })
    .get("/healthz", () => ok(), { detail: openOperation("health", LIVENESS) })
    .all("/healthz", refuseOtherMethods("GET, HEAD"), UNREAD)
    .get(
      "/readyz",
      () => {
        try {
          ping();
        } catch (error) {
          throw unavailable("The store does not answer", error);
        }
        return ok();
      },
      { detail: openOperation("health", READINESS) },
    )
    .all("/readyz", refuseOtherMethods("GET, HEAD"), UNREAD);
}

const HEALTHY = {
  schema: "Health",
  examples: { healthy: { summary: "All is well", value: { status: "ok" } } },
} as const;

const LIVENESS: OperationParts = {
  operationId: "getLiveness",
  summary: "Whether the server lives",
  description: "For whoever restarts the server. It does not look at the store.",
  answer: { description: "The server answers.", ...HEALTHY },
};

const READINESS: OperationParts = {
  operationId: "getReadiness",
  summary: "Whether the server is ready",
  description: "For whoever sends requests to the server: whether its store answers.",
  answer: { description: "The server and its store answer.", ...HEALTHY },
};

function ok(): Response {
  return jsonAnswer({ status: "ok" });
}

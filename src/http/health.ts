import { Elysia } from "elysia";
import { jsonAnswer } from "./answer.ts";
import { unavailable } from "./errors.ts";
import { type OperationParts, openOperation } from "./openapi/operation.ts";
import { refuseOtherMethods, UNREAD } from "./other-methods.ts";

export interface StoreHealth {
  /** Throws an error if the store does not answer. */
  readonly ping: () => void;
  /** The reason why changes fail; null while they work. */
  readonly writeTrouble: () => Error | null;
}

/** Health checks for supervisors: the server lives, its store answers, changes can be stored. */
export function health({ ping, writeTrouble }: StoreHealth) {
  const read = (): void => {
    try {
      ping();
    } catch (error) {
      throw unavailable("The store does not answer", error);
    }
  };
  return new Elysia({ name: "health" })
    .get("/healthz", () => ok(), { detail: openOperation("health", LIVENESS) })
    .all("/healthz", refuseOtherMethods("GET, HEAD"), UNREAD)
    .get(
      "/readyz",
      () => {
        read();
        const trouble = writeTrouble();
        if (trouble !== null) throw unavailable(READ_ONLY);
        return ok();
      },
      { detail: openOperation("health", READINESS) },
    )
    .all("/readyz", refuseOtherMethods("GET, HEAD"), UNREAD)
    .get(
      "/readyz/reads",
      () => {
        read();
        return ok();
      },
      { detail: openOperation("health", READINESS_TO_READ) },
    )
    .all("/readyz/reads", refuseOtherMethods("GET, HEAD"), UNREAD);
}

const READ_ONLY =
  "Changes cannot be stored now; verification and lists work, and revocations take effect at once. The log says why";

const HEALTHY = {
  schema: "Health",
  examples: { healthy: { summary: "All is well", value: { status: "ok" } } },
} as const;

const LIVENESS: OperationParts = {
  operationId: "getLiveness",
  summary: "Whether the server lives",
  description: "For a supervisor that restarts the server. It does not look at the store.",
  answer: { description: "The server answers.", ...HEALTHY },
};

const READINESS: OperationParts = {
  operationId: "getReadiness",
  summary: "Whether the server is ready",
  description:
    "For load balancers and monitoring. 503 while the store cannot be read, and while changes cannot be stored. " +
    "In the second case tokens are still verified: use `/readyz/reads` to decide about requests that only verify.",
  answer: { description: "The store answers, and takes changes.", ...HEALTHY },
};

const READINESS_TO_READ: OperationParts = {
  operationId: "getReadinessToRead",
  summary: "Whether the server can verify tokens",
  description: "As `/readyz`, but also 200 while changes cannot be stored, as on a full disk.",
  answer: { description: "The store answers.", ...HEALTHY },
};

function ok(): Response {
  return jsonAnswer({ status: "ok" });
}

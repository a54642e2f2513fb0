import type { OperationParts } from "./operation.ts";

const HEALTHY = {
  schema: "Health",
  examples: { healthy: { summary: "All is well", value: { status: "ok" } } },
} as const;

const LIVENESS = {
  operationId: "getLiveness",
  summary: "Whether the server lives",
  description: "For a supervisor that restarts the server. It does not look at the store.",
  answer: { description: "The server answers.", ...HEALTHY },
} as const;

const READINESS = {
  operationId: "getReadiness",
  summary: "Whether the server is ready",
  description:
    "For load balancers and monitoring. 503 while the store cannot be read, and while changes cannot be stored. " +
    "In the second case tokens are still verified: use `/readyz/reads` to decide about requests that only verify.",
  answer: { description: "The store answers, and takes changes.", ...HEALTHY },
} as const;

const READINESS_TO_READ = {
  operationId: "getReadinessToRead",
  summary: "Whether the server can verify tokens",
  description: "As `/readyz`, but also 200 while changes cannot be stored, as on a full disk.",
  answer: { description: "The store answers.", ...HEALTHY },
} as const;

/** The operations of health checks by their paths. */
export const HEALTH_OPERATIONS = {
  "/healthz": LIVENESS,
  "/readyz": READINESS,
  "/readyz/reads": READINESS_TO_READ,
} as const satisfies Readonly<Record<string, OperationParts>>;

import { Elysia } from "elysia";
import type { Endpoint } from "./endpoint.ts";
import { type ApiOperationParts, apiOperation } from "./openapi/operation.ts";
import { refuseOtherMethods, UNREAD } from "./other-methods.ts";

/** The endpoints of a resource at their paths, in the order in which the document lists them. */
export function resourceRoutes<Action extends string>(
  resource: string,
  operations: Readonly<Record<Action, ApiOperationParts>>,
  endpoints: Readonly<Record<Action, Endpoint>>,
) {
  const app = new Elysia({ name: resource });
  for (const action in operations) {
    const { handle, ...needs } = endpoints[action];
    const path = `/publisher.v1/${resource}/${action}`;
    app.post(path, handle, { parse: "none", detail: apiOperation(resource, needs, operations[action]) });
    app.all(path, refuseOtherMethods("POST"), UNREAD);
  }
  return app;
}

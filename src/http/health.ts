import { Elysia } from "elysia";
import { jsonAnswer } from "./answer.ts";
import { methodNotAllowed, unavailable } from "./errors.ts";

/** Whether the server lives, and whether its store answers: for whoever restarts it or sends it requests. */
export function health(ping: () => void) {
  return new Elysia({ name: "health" })
    .get("/healthz", () => ok())
    .all("/healthz", () => {
      throw methodNotAllowed("GET, HEAD");
    })
    .get("/readyz", () => {
      try {
        ping();
      } catch (error) {
        throw unavailable("The store does not answer", error);
      }
      return ok();
    })
    .all("/readyz", () => {
      throw methodNotAllowed("GET, HEAD");
    });
}

function ok(): Response {
  return jsonAnswer({ status: "ok" });
}

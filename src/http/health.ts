import { Elysia } from "elysia";
import { jsonAnswer } from "./answer.ts";
import { unavailable } from "./errors.ts";
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
    .get("/healthz", () => ok())
    .all("/healthz", refuseOtherMethods("GET, HEAD"), UNREAD)
    .get("/readyz", () => {
      read();
      if (writeTrouble() !== null) throw unavailable(READ_ONLY);
      return ok();
    })
    .all("/readyz", refuseOtherMethods("GET, HEAD"), UNREAD)
    .get("/readyz/reads", () => {
      read();
      return ok();
    })
    .all("/readyz/reads", refuseOtherMethods("GET, HEAD"), UNREAD);
}

const READ_ONLY =
  "Changes cannot be stored now; verification and lists work, and revocations take effect at once. The log says why";

function ok(): Response {
  return jsonAnswer({ status: "ok" });
}

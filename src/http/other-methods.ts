import { methodNotAllowed } from "./errors.ts";

/** The options of routes on which Elysia reads no body. */
export const UNREAD = { parse: "none" } as const;

/** A handler that answers every method with a 405. `allow` lists the methods of the path: `GET, HEAD`. */
export function refuseOtherMethods(allow: string): () => never {
  return () => {
    throw methodNotAllowed(allow);
  };
}

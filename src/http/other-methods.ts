import { methodNotAllowed } from "./errors.ts";

/** What every route says that stands for the methods which a path does not have; nothing of the body is read. */
export const UNREAD = { parse: "none", detail: { hide: true } } as const;

/** Answers whatever comes by another method than those that the path allows. */
export function refuseOtherMethods(allow: string): () => never {
  return () => {
    throw methodNotAllowed(allow);
  };
}

import { ApiError, Unreachable } from "./client.ts";
import { reportUnreachable } from "./reachability.ts";

const UNAUTHENTICATED = 401;

/** Whether a call was refused for its token. */
export function isRefused(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === UNAUTHENTICATED;
}

/** Waits for a call, and reports a server that did not answer. */
export async function watched<Answer>(call: Promise<Answer>): Promise<Answer> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Unreachable) reportUnreachable();
    throw error;
  }
}

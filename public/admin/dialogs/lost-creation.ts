import type { Signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { isAnswerLost } from "../api/client.ts";
import { serverTime } from "../api/server-time.ts";
import { api, refresh } from "../api/token-calls.ts";
import type { CreatedToken, NewToken, Token } from "../api/types.ts";
import { useLoaded } from "../app/loading.ts";
import { self } from "../session/session.ts";
import { moment } from "../token-list/list-view.ts";

/** How often the token is looked for before the page says that there is none: the request may still be on its way. */
const SEARCHES = 3;

const PAUSE_MS = 3000;

/** A request for a token, after its answer got lost. */
export interface LostRequest {
  readonly token: NewToken;
  /** When it was sent, in Unix milliseconds by the server's clock as far as it is known. */
  readonly sinceMs: number;
  /** The error in place of the answer. */
  readonly error: unknown;
}

/** Whether a token was created although the answer got lost. */
export interface LostCreation {
  readonly outcome: "unknown" | "none" | "created";
  /** The created token; null unless there is one. */
  readonly token: Token | null;
  /** Why the outcome could not be found out; null otherwise. */
  readonly error: unknown;
  readonly reload: () => void;
}

/** How far our reading of the server's clock may be off, in milliseconds. */
const TOLERANCE_MS = 10_000;

/**
 * Creates a token, and notes the request in `lost` if its answer gets lost. If the token of an earlier lost request is
 * there by now, creates none and throws the error of that request. Throws as `post` does.
 */
export async function createOnce(token: NewToken, lost: Signal<LostRequest | null>): Promise<CreatedToken> {
  const earlier = lost.value;
  if (earlier !== null && (await createdBy(earlier)).length > 0) throw earlier.error;
  const sinceMs = serverTime();
  try {
    return await api.create(token);
  } catch (error) {
    if (isAnswerLost(error)) lost.value = { token, sinceMs, error };
    throw error;
  }
}

/**
 * Looks for the token of a lost request, several times over some seconds. Pass null as long as no answer got lost, or
 * the server does not answer.
 */
export function useLostCreation(lost: LostRequest | null): LostCreation {
  const key = lost === null ? "none" : String(lost.sinceMs);
  const load = async () => (lost === null ? [] : await searchPatiently(lost));
  const { of, value, error, reload } = useLoaded(key, load);
  const found = of === key && lost !== null ? value : null;
  const [token = null] = found ?? [];
  useEffect(() => {
    // The list may have been loaded before the token was there.
    if (token !== null) refresh();
  }, [token?.id]);
  return { outcome: token !== null ? "created" : found === null ? "unknown" : "none", token, error, reload };
}

async function searchPatiently(lost: LostRequest): Promise<readonly Token[]> {
  for (let search = 1; ; search += 1) {
    const found = await createdBy(lost);
    if (found.length > 0 || search === SEARCHES) return found;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** The tokens that were created since then as it was asked for. */
async function createdBy({ token, sinceMs }: LostRequest): Promise<readonly Token[]> {
  const { data } = await api.list({
    pagination: { limit: 100 },
    filters: [
      { key: "created_by", eq: self.value?.id },
      { key: "created_at", gt: moment(sinceMs - TOLERANCE_MS) },
    ],
  });
  return data.filter(
    ({ access, description }) => access === token.access && description === token.description,
  );
}

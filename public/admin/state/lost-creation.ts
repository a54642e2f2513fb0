import type { NewToken, Token } from "../api/types.ts";
import { api } from "./api.ts";
import { moment } from "./list-view.ts";
import { useLoaded } from "./loading.ts";
import { self } from "./session.ts";

/** A token that was asked for. */
export interface Attempt {
  readonly token: NewToken;
  /** When, in Unix milliseconds by the server's clock as far as it is known. */
  readonly sinceMs: number;
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

/** How far what is known of the server's clock may be off, in milliseconds. */
const TOLERANCE_MS = 10_000;

/** Looks for the token of an attempt. Pass null as long as no answer got lost, or the server does not answer. */
export function useLostCreation(attempt: Attempt | null): LostCreation {
  const key = attempt === null ? "none" : String(attempt.sinceMs);
  const load = async () => (attempt === null ? [] : await search(attempt));
  const { of, value, error, reload } = useLoaded(key, load);
  const found = of === key && attempt !== null ? value : null;
  const [token = null] = found ?? [];
  return { outcome: token !== null ? "created" : found === null ? "unknown" : "none", token, error, reload };
}

/** The tokens that were created since then as it was asked for. */
async function search({ token, sinceMs }: Attempt): Promise<readonly Token[]> {
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

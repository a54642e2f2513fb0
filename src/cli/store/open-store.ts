import type { OpenTokens } from "../../server/open-tokens.ts";
import type { Purpose } from "../../store/sqlite/file/database.ts";
import type { TokenService } from "../../tokens/token-service.ts";

/**
 * Runs `work` on the store of a data directory and closes it. Throws CommandFailure where there is no store. The code of
 * the store is loaded here and not before: the help and a start of the server do without it.
 */
export async function withStore<T>(
  dataDir: string,
  work: (opened: OpenTokens) => Promise<T>,
  purpose: Purpose = "changing",
): Promise<T> {
  const opening = await import("../../server/open-tokens.ts");
  return await opening.withStore(dataDir, work, purpose);
}

/** The same as `withStore`, for work on tokens alone. */
export async function withTokens<T>(
  dataDir: string,
  work: (tokens: TokenService) => Promise<T>,
  purpose: Purpose = "changing",
): Promise<T> {
  return await withStore(dataDir, async ({ tokens }) => await work(tokens), purpose);
}

import type { UnixSeconds } from "../time.ts";
import type { Token } from "../token.ts";
import type { HourOfUse } from "./usage-store.ts";

/** The token with the uses of an hour. The later moments stay. */
export function withUse(token: Token, { lastUsedAt, reusedAt, reusedFrom }: HourOfUse): Token {
  const used = withLastUse(token, lastUsedAt);
  return reusedAt === null || reusedAt < (token.reusedAt ?? 0) ? used : { ...used, reusedAt, reusedFrom };
}

/** The same token if that is no later use. */
export function withLastUse(token: Token, at: UnixSeconds | null): Token {
  return at === null || at <= (token.lastUsedAt ?? -1) ? token : { ...token, lastUsedAt: at };
}

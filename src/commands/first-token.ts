import { randomBytes } from "node:crypto";
import { type GivenFirstToken, UsageError } from "../config.ts";
import type { SqliteTokenStore } from "../store/sqlite-token-store.ts";
import { COMMAND_LINE } from "../tokens/audit-event.ts";
import { isSecret, makeSecret } from "../tokens/secret.ts";
import type { Tokens } from "../tokens/tokens.ts";

/** How somebody gets at a token of this store. */
export type FirstToken =
  /** The secret lies in this file. */
  | { readonly source: "file"; readonly path: string }
  /** The operator gave it just now. */
  | { readonly source: "given"; readonly variable: GivenFirstToken["variable"] }
  /** The store is in use; whoever has a token has it. */
  | { readonly source: "in-use"; readonly warning: string | null };

interface Parts {
  readonly tokens: Tokens;
  readonly store: SqliteTokenStore;
  readonly given: GivenFirstToken | null;
}

/** Sees to it that a store that never held a token gets a first one. Throws UsageError for a malformed given one. */
export async function provideFirstToken({ tokens, store, given }: Parts): Promise<FirstToken> {
  if (!store.isEmpty()) return await existing({ tokens, store, given });
  if (given === null) {
    const secret = makeSecret(randomBytes);
    // On disk before the store knows it: after a crash between the two the store is still new, and this runs again.
    store.firstToken.write(secret);
    await create(tokens, secret);
    return { source: "file", path: store.firstToken.path };
  }
  if (!isSecret(given.secret)) {
    throw new UsageError(
      `${given.variable} does not hold a well-formed token. "publisher token generate" makes one.`,
    );
  }
  await create(tokens, given.secret);
  store.firstToken.remove();
  return { source: "given", variable: given.variable };
}

async function create(tokens: Tokens, secret: string): Promise<void> {
  await tokens.create({ access: "write", description: "First token", expiresAt: null }, COMMAND_LINE, secret);
}

async function existing({ tokens, store, given }: Parts): Promise<FirstToken> {
  store.tidyFirstToken();
  const isActive = given === null || (await tokens.authenticate(given.secret)).token !== null;
  const warning = isActive
    ? null
    : `${given.variable} is not an active token of this store, and changes nothing: the store is in use`;
  const path = store.firstToken.digest() === null ? null : store.firstToken.path;
  return path === null || warning !== null ? { source: "in-use", warning } : { source: "file", path };
}

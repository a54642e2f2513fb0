import { randomBytes } from "node:crypto";
import type { GivenFirstToken } from "../settings/first-token-setting.ts";
import { UsageError } from "../settings/usage-error.ts";
import type { FirstTokenFile } from "../store/sqlite/file/first-token-file.ts";
import type { SqliteTokenStore } from "../store/sqlite/sqlite-token-store.ts";
import { reasonOf } from "../system-errors.ts";
import { CommandFailure } from "../terminal/command-failure.ts";
import { COMMAND_LINE } from "../tokens/audit/audit-event.ts";
import { isSecret, makeSecret } from "../tokens/secret/secret.ts";
import { isHardToGuess } from "../tokens/secret/weak-secrets.ts";
import type { TokenService } from "../tokens/token-service.ts";

/** Where the operator finds a token of this store. */
export type FirstToken =
  /** The secret lies in this file. */
  | { readonly source: "file"; readonly path: string; readonly warning: string | null }
  /** The operator gave it. */
  | {
      readonly source: "given";
      readonly variable: GivenFirstToken["variable"];
      readonly warning: string | null;
    }
  /** The store is in use: its tokens have their holders. */
  | { readonly source: "in-use"; readonly warning: string | null };

interface Parts {
  readonly tokens: TokenService;
  readonly store: SqliteTokenStore;
  readonly given: GivenFirstToken | null;
}

/** Makes the first token of a store that never had one. Throws UsageError for a given one that is malformed or can be guessed. */
export async function provideFirstToken({ tokens, store, given }: Parts): Promise<FirstToken> {
  if (!store.isEmpty()) return await existing({ tokens, store, given });
  if (given === null) {
    const secret = makeSecret(randomBytes);
    // On disk before the store knows it: after a crash between the two the store is still new, and this runs again.
    writeFile(store.firstToken, secret);
    await createOrClear(tokens, store, secret);
    return { source: "file", path: store.firstToken.path, warning: null };
  }
  await create(tokens, validSecret(given));
  store.firstToken.remove();
  return { source: "given", variable: given.variable, warning: null };
}

/** Throws UsageError for a given token that cannot be the first one of a store. */
export function refuseInvalidFirstToken(given: GivenFirstToken | null): void {
  if (given !== null) validSecret(given);
}

function validSecret({ variable, secret, fault }: GivenFirstToken): string {
  if (fault !== null) throw new UsageError(`${fault}.`);
  if (secret === null || !isSecret(secret))
    throw new UsageError(
      `${variable} does not hold a well-formed token. "publisher token generate" makes one.`,
    );
  if (isHardToGuess(secret)) return secret;
  throw new UsageError(
    `${variable} holds a token that can be guessed: it is an example, or was not made at random. ` +
      '"publisher token generate" makes one that cannot.',
  );
}

/** Leaves no secret behind that opens nothing. */
async function createOrClear(tokens: TokenService, store: SqliteTokenStore, secret: string): Promise<void> {
  try {
    await create(tokens, secret);
  } catch (error) {
    if (store.isEmpty()) store.firstToken.remove();
    throw error;
  }
}

function writeFile(file: FirstTokenFile, secret: string): void {
  try {
    file.write(secret);
  } catch (error) {
    throw new CommandFailure(`The first token cannot be written to ${file.path}: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
}

async function create(tokens: TokenService, secret: string): Promise<void> {
  await tokens.create(
    { access: "write", audiences: null, description: "First token", expiresAt: null },
    COMMAND_LINE,
    secret,
  );
}

async function existing({ tokens, store, given }: Parts): Promise<FirstToken> {
  store.tidyFirstToken();
  if (given?.secret) {
    const { token, refusal } = await tokens.authenticate(given.secret, "uncounted");
    if (refusal === null)
      return { source: "given", variable: given.variable, warning: guessable(given, token.id) };
  }
  const warning = given && `${given.fault ?? notActive(given)}; it changes nothing, as the store is in use`;
  if (store.firstToken.digest() === null) return { source: "in-use", warning };
  return { source: "file", path: store.firstToken.path, warning };
}

/** The warning about a token of this store that can be guessed; null for one that cannot. */
function guessable({ variable, secret }: GivenFirstToken, id: string): string | null {
  if (secret === null || isHardToGuess(secret)) return null;
  return `The token in ${variable} can be guessed; replace it now, with "publisher token rotate ${id} --overlap 0"`;
}

function notActive({ variable }: GivenFirstToken): string {
  return `${variable} is not an active token of this store`;
}

import { reasonOf } from "../../system-errors.ts";
import { CommandFailure } from "../../terminal/command-failure.ts";
import { COMMAND_LINE } from "../../tokens/audit/audit-event.ts";
import type { TokenService } from "../../tokens/token-service.ts";
import { StoreUnavailable } from "../../tokens/token-store.ts";
import { outcomeOf } from "../command-outcome.ts";
import { printSecret } from "./secret-output.ts";

/**
 * Prints `text` with the secret of a new token. If that fails, revokes the token, because nobody has its secret, and
 * throws a CommandFailure that ends with `rest`, a sentence about everything else.
 */
export async function printSecretOrRevoke(
  tokens: TokenService,
  id: string,
  text: string,
  rest: string,
): Promise<void> {
  try {
    await printSecret(text);
  } catch (error) {
    const result = await revokeUnused(tokens, id);
    const message = `The secret of ${id} could not be written: ${reasonOf(error)}. ${result} ${rest}`;
    throw new CommandFailure(message, { cause: error });
  }
}

/** The reason of the storage for a change that failed. */
export function storeReason(error: unknown): string {
  return reasonOf(error instanceof StoreUnavailable && error.cause instanceof Error ? error.cause : error);
}

/** Revokes a token that nobody can use. Returns a sentence about the result, and never throws. */
export async function revokeUnused(tokens: TokenService, id: string): Promise<string> {
  try {
    outcomeOf(await tokens.revoke(id, COMMAND_LINE), id);
    return "That token was revoked at once.";
  } catch (error) {
    return `That token may still be active, since revoking it failed: ${storeReason(error)}. Run "publisher token revoke ${id}".`;
  }
}

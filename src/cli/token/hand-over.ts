import { reasonOf } from "../../system-errors.ts";
import { CommandFailure } from "../../terminal/command-failure.ts";
import { COMMAND_LINE } from "../../tokens/audit/audit-event.ts";
import type { TokenService } from "../../tokens/token-service.ts";
import { StoreUnavailable } from "../../tokens/token-store.ts";
import { outcomeOf } from "./command-outcome.ts";
import { printSecret } from "./secret-output.ts";

/**
 * Prints the secret of a token that was just created, as `text`. Where that fails, revokes the token, whose secret
 * nobody has, and throws a CommandFailure that says so, with `left` at its end: how everything else is.
 */
export async function handOver(tokens: TokenService, id: string, text: string, left: string): Promise<void> {
  try {
    await printSecret(text);
  } catch (error) {
    const fate = await withdrawn(tokens, id);
    throw new CommandFailure(
      `The secret of ${id} could not be written: ${reasonOf(error)}. ${fate} ${left}`,
      {
        cause: error,
      },
    );
  }
}

/** Why a change failed, as the storage says it. */
export function storeReason(error: unknown): string {
  return reasonOf(error instanceof StoreUnavailable && error.cause instanceof Error ? error.cause : error);
}

/** Revokes a token that is of no use to anybody. Says what became of it. */
export async function withdrawn(tokens: TokenService, id: string): Promise<string> {
  try {
    outcomeOf(await tokens.revoke(id, COMMAND_LINE), id);
    return "That token was revoked at once.";
  } catch (error) {
    return `That token may still be active, since revoking it failed: ${storeReason(error)}. Run "publisher token revoke ${id}".`;
  }
}

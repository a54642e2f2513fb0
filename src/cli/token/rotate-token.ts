import { successorResource } from "../../http/api/resources.ts";
import { withTokens } from "../../server/open-tokens.ts";
import { CommandFailure } from "../../terminal/command-failure.ts";
import { asJson, say } from "../../terminal/print.ts";
import { COMMAND_LINE } from "../../tokens/audit/audit-event.ts";
import { isRefusal } from "../../tokens/refusal.ts";
import type { RotationRequest } from "../../tokens/rotation-rules.ts";
import { formatTime, secondsOf, type UnixSeconds } from "../../tokens/time.ts";
import type { Token } from "../../tokens/token.ts";
import { issuesOf } from "../../tokens/token-fields.ts";
import type { TokenService } from "../../tokens/token-service.ts";
import { expirySetting, overlapSetting } from "../expiry-flags.ts";
import { outcomeOf, refusedFlags, requireTokenId } from "./command-outcome.ts";
import { handOver, storeReason, withdrawn } from "./hand-over.ts";
import { requireSecretOutput } from "./secret-output.ts";
import type { RotateFlags } from "./token-flags.ts";

/**
 * Creates the successor of a token straight in the data directory and prints its secret, alone, or the API's answer.
 * The old token ends only once the new secret is printed: at no time is there nobody with a working token.
 */
export async function rotateToken(dataDir: string, id: string, flags: RotateFlags): Promise<void> {
  requireTokenId(id);
  const { json = false } = flags;
  const request = rotationRequest(flags, secondsOf(Date.now()));
  requireSecretOutput();
  await withTokens(dataDir, async (tokens) => {
    const successor = outcomeOf(await tokens.createSuccessor(id, request, COMMAND_LINE), id);
    const text = json ? asJson(successorResource({ replaced: { id }, successor })) : `${successor.secret}\n`;
    if (!json)
      say(
        `Created ${successor.token.id} in place of ${id}. This is the new secret, which is not shown again:\n`,
      );
    await handOver(tokens, successor.token.id, text, `${id} is as it was before.`);
    const replaced = await replacedToken(tokens, { id, successorId: successor.token.id, request });
    if (!json) say(`The old token ${id} ${fate(replaced)}.\n`);
  });
}

interface Replacement {
  readonly id: string;
  readonly successorId: string;
  readonly request: RotationRequest;
}

/** Brings the end of the old token nearer. Throws a CommandFailure that tells which of the two tokens works now. */
async function replacedToken(
  tokens: TokenService,
  { id, successorId, request }: Replacement,
): Promise<Token> {
  const outcome = await tokens.replace(id, successorId, request, COMMAND_LINE).catch((error: unknown) => {
    throw new CommandFailure(stillThere(id, storeReason(error)), { cause: error });
  });
  if (!isRefusal(outcome)) return outcome;
  const fate = await withdrawn(tokens, successorId);
  throw new CommandFailure(
    `The token ${id} was changed by somebody else meanwhile, so ${successorId} does not take its place. ${fate}`,
  );
}

function stillThere(id: string, reason: string): string {
  return `The new token works. The old one may still work, since ending ${id} failed: ${reason}. Run "publisher token revoke ${id}" once the new secret is in use.`;
}

function rotationRequest({ overlap, ...expiry }: RotateFlags, now: UnixSeconds): RotationRequest {
  const request = { overlapSeconds: overlapSetting(overlap), expiresAt: expirySetting(expiry, now) };
  const issues = issuesOf(request, now);
  if (issues.length > 0) throw refusedFlags(issues);
  return request;
}

function fate({ expiresAt, revokedAt }: Token): string {
  if (revokedAt !== null || expiresAt === null) return "is revoked";
  return `works until ${formatTime(expiresAt)}`;
}

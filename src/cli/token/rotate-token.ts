import type { Command } from "commander";
import { successorResource } from "../../http/api/resources.ts";
import { type DataDirFlags, dataDirOption } from "../../settings/data-directory-setting.ts";
import { CommandFailure } from "../../terminal/command-failure.ts";
import { asJson, say } from "../../terminal/print.ts";
import { COMMAND_LINE } from "../../tokens/audit/audit-event.ts";
import type { RotationRequest } from "../../tokens/changes/rotation-rules.ts";
import { isRefusal } from "../../tokens/refusal.ts";
import { formatTime, secondsOf, type UnixSeconds } from "../../tokens/time.ts";
import type { Token } from "../../tokens/token.ts";
import type { TokenService } from "../../tokens/token-service.ts";
import { outcomeOf } from "../command-outcome.ts";
import { type ExpiryFlags, expirySetting, overlapSetting, withExpiry } from "../expiry-flags.ts";
import { JSON_FLAG, type JsonFlag, requireTokenId, TOKEN_ID } from "../options.ts";
import { withTokens } from "../store/open-store.ts";
import { printSecretOrRevoke, revokeUnused, storeReason } from "./print-secret-or-revoke.ts";
import { requireSecretOutput } from "./secret-output.ts";

interface RotateFlags extends ExpiryFlags, DataDirFlags, JsonFlag {
  readonly overlap?: string;
}

/** Adds `token rotate`. */
export function addRotateToken(token: Command): void {
  const rotate = token
    .command("rotate")
    .description("replace a token: create its successor and print the new secret, once")
    .argument(...TOKEN_ID)
    .option(
      "--overlap <duration>",
      "how long the old secret keeps working; 0 revokes it at once (default: 1d)",
    );
  withExpiry(rotate, "the successor", " (default: it lives as long as the old token)")
    .option("--no-expiry", "the successor never expires")
    .option(...JSON_FLAG)
    .addOption(dataDirOption())
    .action(rotateToken);
}

/** The old token ends only after the new secret is printed, so that one of the two always works. */
async function rotateToken(id: string, flags: RotateFlags): Promise<void> {
  requireTokenId(id);
  const { json = false } = flags;
  const request = rotationRequest(flags, secondsOf(Date.now()));
  requireSecretOutput();
  await withTokens(flags.dataDir, async (tokens) => {
    const successor = outcomeOf(await tokens.createSuccessor(id, request, COMMAND_LINE), id);
    const text = json ? asJson(successorResource({ replaced: { id }, successor })) : `${successor.secret}\n`;
    if (!json)
      say(
        `Created ${successor.token.id} in place of ${id}. This is the new secret, which is not shown again:\n`,
      );
    await printSecretOrRevoke(tokens, successor.token.id, text, `${id} is as it was before.`);
    const replaced = await replacedToken(tokens, { id, successorId: successor.token.id, request });
    if (!json) say(`The old token ${id} ${fate(replaced)}.\n`);
  });
}

interface Replacement {
  readonly id: string;
  readonly successorId: string;
  readonly request: RotationRequest;
}

/** Shortens the old token. Throws a CommandFailure that names the working token of the two. */
async function replacedToken(
  tokens: TokenService,
  { id, successorId, request }: Replacement,
): Promise<Token> {
  const outcome = await tokens.replace(id, successorId, request, COMMAND_LINE).catch((error: unknown) => {
    throw new CommandFailure(notEnded(id, storeReason(error)), { cause: error });
  });
  if (!isRefusal(outcome)) return outcome;
  const fate = await revokeUnused(tokens, successorId);
  throw new CommandFailure(
    `The token ${id} was changed by somebody else meanwhile, so ${successorId} does not take its place. ${fate}`,
  );
}

function notEnded(id: string, reason: string): string {
  return `The new token works. The old one may still work, since ending ${id} failed: ${reason}. Run "publisher token revoke ${id}" once the new secret is in use.`;
}

function rotationRequest({ overlap, ...expiry }: RotateFlags, now: UnixSeconds): RotationRequest {
  return { overlapSeconds: overlapSetting(overlap), expiresAt: expirySetting(expiry, now) };
}

function fate({ expiresAt, revokedAt }: Token): string {
  if (revokedAt !== null || expiresAt === null) return "is revoked";
  return `works until ${formatTime(expiresAt)}`;
}

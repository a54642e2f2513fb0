import { expirySetting, overlapSetting } from "../expiry-flags.ts";
import { successorResource } from "../http/resources.ts";
import { COMMAND_LINE } from "../tokens/audit-event.ts";
import type { RotationRequest } from "../tokens/rotation.ts";
import { formatTime, secondsOf, type UnixSeconds } from "../tokens/time.ts";
import type { Token } from "../tokens/token.ts";
import { issuesOf } from "../tokens/token-request.ts";
import { granted, refusedFlags, requireTokenId } from "./granted.ts";
import { withTokens } from "./open-tokens.ts";
import { print, printJson, say } from "./print.ts";
import type { RotateFlags } from "./token-flags.ts";

/** Creates the successor of a token straight in the data directory and prints its secret, alone, or the API's answer. */
export async function rotateToken(dataDir: string, id: string, flags: RotateFlags): Promise<void> {
  requireTokenId(id);
  const request = rotationRequest(flags, secondsOf(Date.now()));
  await withTokens(dataDir, async (tokens) => {
    const rotation = granted(await tokens.rotate(id, request, COMMAND_LINE), id);
    const { replaced, successor } = rotation;
    const lost = ` The secret of ${successor.token.id} is lost with it: rotate that token once more.`;
    if (flags.json === true) return await printJson(successorResource(rotation), lost);
    say(
      `Created ${successor.token.id} in place of ${id}, ${fate(replaced)}. This is the new secret, which is not shown again:\n`,
    );
    await print(`${successor.secret}\n`, lost);
  });
}

function rotationRequest({ overlap, ...expiry }: RotateFlags, now: UnixSeconds): RotationRequest {
  const request = { overlapSeconds: overlapSetting(overlap), expiresAt: expirySetting(expiry, now) };
  const issues = issuesOf(request, now);
  if (issues.length > 0) throw refusedFlags(issues);
  return request;
}

function fate({ expiresAt, revokedAt }: Token): string {
  if (revokedAt !== null || expiresAt === null) return "which is revoked";
  return `which works until ${formatTime(expiresAt)}`;
}

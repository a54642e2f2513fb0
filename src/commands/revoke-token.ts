import { revocationResource } from "../http/resources.ts";
import { COMMAND_LINE } from "../tokens/audit-event.ts";
import type { Revocation } from "../tokens/change.ts";
import { countsOf } from "../tokens/summary.ts";
import { formatTime, type UnixSeconds } from "../tokens/time.ts";
import { granted, requireTokenId } from "./granted.ts";
import { withTokens } from "./open-tokens.ts";
import { print, printJson } from "./print.ts";
import type { RevokeFlags } from "./token-flags.ts";

/** Revokes a token; a running server refuses it from the next request on. */
export async function revokeToken(
  dataDir: string,
  id: string,
  { descendants = false, dryRun = false, json = false }: RevokeFlags,
): Promise<void> {
  requireTokenId(id);
  await withTokens(dataDir, async (tokens) => {
    const request = { withDescendants: descendants, isDryRun: dryRun };
    const revocation = granted(await tokens.revoke(id, COMMAND_LINE, request), id);
    if (json) return await printJson(revocationResource(revocation, tokens.now()));
    await print(dryRun ? preview(revocation, tokens.now()) : report(revocation, tokens.now()));
  });
}

function report({ token, descendants }: Revocation, now: UnixSeconds): string {
  const at = token.revokedAt === null ? "" : `, at ${formatTime(token.revokedAt)}`;
  const others = descendants === null ? "" : ` Revoked with it: ${descendantsText(descendants, now)}.`;
  return `Revoked ${token.id}${at}. It is refused from now on.${others}\n`;
}

function preview({ token, descendants }: Revocation, now: UnixSeconds): string {
  const itself = token.revokedAt === null ? "This would revoke" : "Already revoked:";
  const others = descendants === null ? "" : ` Revoked with it: ${descendantsText(descendants, now)}.`;
  return `${itself} ${token.id}.${others} Nothing was changed.\n`;
}

/** Says how many descendants a revocation is about; those that were revoked before are not. */
function descendantsText(descendants: readonly Revocation["token"][], now: UnixSeconds): string {
  const { active, expired } = countsOf(descendants, now);
  const counts = [
    ["active write", active.write],
    ["active read", active.read],
    ["expired", expired.read + expired.write],
  ] as const;
  const parts = counts.flatMap(([name, count]) => (count === 0 ? [] : [`${count} ${name}`]));
  return parts.length === 0 ? "no other token" : `${parts.join(", ")}`;
}

import type { Command } from "commander";
import { revocationResource } from "../../http/api/resources.ts";
import { type DataDirFlags, dataDirOption } from "../../settings/data-directory-setting.ts";
import { print, printAfter, printJson } from "../../terminal/print.ts";
import { COMMAND_LINE } from "../../tokens/audit/audit-event.ts";
import type { Revocation } from "../../tokens/changes/change-plans.ts";
import { countsOf } from "../../tokens/summary.ts";
import { formatTime, type UnixSeconds } from "../../tokens/time.ts";
import type { Token } from "../../tokens/token.ts";
import { outcomeOf } from "../command-outcome.ts";
import { JSON_FLAG, type JsonFlag, requireTokenId, TOKEN_ID } from "../options.ts";
import { withTokens } from "../store/open-store.ts";

interface RevokeFlags extends DataDirFlags, JsonFlag {
  readonly descendants?: boolean;
  readonly dryRun?: boolean;
}

/** Adds `token revoke`. */
export function addRevokeToken(token: Command): void {
  token
    .command("revoke")
    .description("revoke a token, at once and for good")
    .argument(...TOKEN_ID)
    .option("--descendants", "also every token that it created or that replaced it, and their descendants")
    .option("--dry-run", "show what would be revoked, and change nothing")
    .option(...JSON_FLAG)
    .addOption(dataDirOption())
    .action(revokeToken);
}

/** A running server refuses the token from the next request on. */
async function revokeToken(
  id: string,
  { dataDir, descendants = false, dryRun = false, json = false }: RevokeFlags,
): Promise<void> {
  requireTokenId(id);
  await withTokens(dataDir, async (tokens) => {
    const request = { withDescendants: descendants, isDryRun: dryRun };
    const revocation = outcomeOf(await tokens.revoke(id, COMMAND_LINE, request), id);
    const printing = json
      ? printJson(revocationResource(revocation, tokens.now()))
      : print(dryRun ? preview(revocation, tokens.now()) : report(revocation, tokens.now()));
    await (dryRun ? printing : printAfter(`${id} was revoked`, printing));
  });
}

function report({ token, descendants, wasRevoked }: Revocation, now: UnixSeconds): string {
  const at = token.revokedAt === null ? "" : `, at ${formatTime(token.revokedAt)}`;
  const left = toRevoke(descendants ?? [], now);
  const itself = wasRevoked ? `${token.id} was revoked already${at}` : `Revoked ${token.id}${at}`;
  if (left !== "")
    return `${itself}${wasRevoked ? ". Revoked " : ", and "}${left}. They are refused from now on.\n`;
  const none = descendants === null ? "" : " It had no descendants left to revoke.";
  return wasRevoked ? `${itself}.${none}\n` : `${itself}. It is refused from now on.${none}\n`;
}

function preview({ token, descendants }: Revocation, now: UnixSeconds): string {
  const left = toRevoke(descendants ?? [], now);
  const itself = token.revokedAt === null ? token.id : "";
  const all = [itself, left].filter((part) => part !== "").join(", and ");
  const result =
    all === "" ? `${token.id} is revoked already, and nothing is left to revoke` : `Would revoke ${all}`;
  return `${result}. Nothing was changed.\n`;
}

/** Counts the descendants that a revocation ends, such as `3 descendants: 1 active write, 2 expired`; empty for none. */
function toRevoke(descendants: readonly Token[], now: UnixSeconds): string {
  const { active, expired } = countsOf(descendants, now);
  const counts = [
    ["active write", active.write],
    ["active read", active.read],
    ["expired", expired.read + expired.write],
  ] as const;
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  const parts = counts.flatMap(([name, count]) => (count === 0 ? [] : [`${count} ${name}`]));
  return total === 0 ? "" : `${total} ${total === 1 ? "descendant" : "descendants"}: ${parts.join(", ")}`;
}

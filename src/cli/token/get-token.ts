import type { Command } from "commander";
import { tokenResource } from "../../http/api/resources.ts";
import { type DataDirFlags, dataDirOption } from "../../settings/data-directory-setting.ts";
import { print, printJson } from "../../terminal/print.ts";
import { shownHint } from "../../tokens/secret/hint.ts";
import { formatTime, type UnixSeconds } from "../../tokens/time.ts";
import { statusAt, type Token } from "../../tokens/token.ts";
import { visible } from "../../tokens/visible-text.ts";
import { outcomeOf } from "../command-outcome.ts";
import { JSON_FLAG, type JsonFlag, requireTokenId, TOKEN_ID } from "../options.ts";
import { withTokens } from "../store/open-store.ts";

/** Adds `token get`. */
export function addGetToken(token: Command): void {
  token
    .command("get")
    .description("show one token in full, without its secret")
    .argument(...TOKEN_ID)
    .option(...JSON_FLAG)
    .addOption(dataDirOption())
    .action(getToken);
}

async function getToken(id: string, { dataDir, json = false }: DataDirFlags & JsonFlag): Promise<void> {
  requireTokenId(id);
  await withTokens(
    dataDir,
    async (tokens) => {
      const token = outcomeOf(await tokens.get(id), id);
      if (json) return await printJson(tokenResource(token, tokens.now()));
      await print(tokenText(token, tokens.now()));
    },
    "reading",
  );
}

/** A token for people, a line for each field. */
export function tokenText(token: Token, now: UnixSeconds): string {
  const lines: readonly (readonly [name: string, value: string])[] = [
    ["ID", token.id],
    ["Status", statusAt(token, now)],
    ["Access", token.verifies ? "verifies tokens, and nothing else" : token.access],
    ["Audiences", token.audiences?.join(", ") ?? "Publisher's own API"],
    ["Description", token.description ?? "none"],
    ["Secret", shownHint(token.hint)],
    ["Created", formatTime(token.createdAt)],
    ["Created by", token.createdBy ?? "command line"],
    ["Expires", timeOr("never", token.expiresAt)],
    ["Last used", timeOr("never", token.lastUsedAt)],
    ["Revoked", timeOr("no", token.revokedAt)],
    ["Replaced by", token.replacedBy ?? "no token"],
    ["Tried after its end", reuse(token)],
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, value]) => `${name.padEnd(width)}  ${visible(value)}\n`).join("");
}

function timeOr(otherwise: string, time: UnixSeconds | null): string {
  return time === null ? otherwise : formatTime(time);
}

function reuse({ reusedAt, reusedFrom }: Token): string {
  if (reusedAt === null) return "no";
  return `${formatTime(reusedAt)}${reusedFrom === null ? "" : `, from ${reusedFrom}`}`;
}

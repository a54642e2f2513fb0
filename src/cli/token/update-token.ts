import type { Command } from "commander";
import { tokenResource } from "../../http/api/resources.ts";
import { type DataDirFlags, dataDirOption } from "../../settings/data-directory-setting.ts";
import { UsageError } from "../../settings/usage-error.ts";
import { print, printAfter, printJson } from "../../terminal/print.ts";
import { COMMAND_LINE } from "../../tokens/audit/audit-event.ts";
import { formatTime, secondsOf, type UnixSeconds } from "../../tokens/time.ts";
import type { UpdateRequest } from "../../tokens/token-fields.ts";
import { outcomeOf } from "../command-outcome.ts";
import { type ExpiryFlags, expirySetting, withExpiry } from "../expiry-flags.ts";
import { JSON_FLAG, type JsonFlag, requireTokenId, TOKEN_ID } from "../options.ts";
import { withTokens } from "../store/open-store.ts";

interface UpdateFlags extends ExpiryFlags, DataDirFlags, JsonFlag {
  /** False after `--no-description`. */
  readonly description?: string | false;
}

/** Adds `token update`. */
export function addUpdateToken(token: Command): void {
  const update = token
    .command("update")
    .description("change the description or the expiry of a token")
    .argument(...TOKEN_ID)
    .option("--description <text>", "a note on what the token is for")
    .option("--no-description", "remove the description");
  withExpiry(update, "the token")
    .option("--no-expiry", "the token never expires")
    .option(...JSON_FLAG)
    .addOption(dataDirOption())
    .action(updateToken);
}

async function updateToken(id: string, flags: UpdateFlags): Promise<void> {
  requireTokenId(id);
  const request = updateRequest(flags, secondsOf(Date.now()));
  await withTokens(flags.dataDir, async (tokens) => {
    const token = outcomeOf(await tokens.update(id, request, COMMAND_LINE), id);
    const done = `${id} was updated`;
    if (flags.json === true) return await printAfter(done, printJson(tokenResource(token, tokens.now())));
    const end = token.expiresAt === null ? "never expires" : `expires at ${formatTime(token.expiresAt)}`;
    await printAfter(done, print(`Updated ${id}. It ${end}.\n`));
  });
}

function updateRequest({ description, ...expiry }: UpdateFlags, now: UnixSeconds): UpdateRequest {
  const expiresAt = expirySetting(expiry, now);
  if (description === undefined && expiresAt === undefined) throw new UsageError(NOTHING_TO_CHANGE);
  return {
    ...(description === undefined ? {} : { description: description === false ? null : description }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

const NOTHING_TO_CHANGE =
  "Nothing to change. Give --description, --no-description, --expires-at, --expires-in or --no-expiry.";

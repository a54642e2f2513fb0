import { tokenResource } from "../../http/api/resources.ts";
import { withTokens } from "../../server/open-tokens.ts";
import { UsageError } from "../../settings/config.ts";
import { print, printAfter, printJson } from "../../terminal/print.ts";
import { COMMAND_LINE } from "../../tokens/audit/audit-event.ts";
import { formatTime, secondsOf, type UnixSeconds } from "../../tokens/time.ts";
import { issuesOf, type UpdateRequest } from "../../tokens/token-fields.ts";
import { expirySetting } from "../expiry-flags.ts";
import { outcomeOf, refusedFlags, requireTokenId } from "./command-outcome.ts";
import type { UpdateFlags } from "./token-flags.ts";

/** Changes the description or the expiry of a token straight in the data directory. */
export async function updateToken(dataDir: string, id: string, flags: UpdateFlags): Promise<void> {
  requireTokenId(id);
  const request = updateRequest(flags, secondsOf(Date.now()));
  await withTokens(dataDir, async (tokens) => {
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
  const request = {
    ...(description === undefined ? {} : { description: description === false ? null : description }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
  const issues = issuesOf(request, now);
  if (issues.length > 0) throw refusedFlags(issues);
  return request;
}

const NOTHING_TO_CHANGE =
  "Nothing to change. Give --description, --no-description, --expires-at, --expires-in or --no-expiry.";

import { type Command, Option } from "commander";
import { createdResource } from "../../http/api/resources.ts";
import { type DataDirFlags, dataDirOption } from "../../settings/data-directory-setting.ts";
import { asJson, say } from "../../terminal/print.ts";
import { COMMAND_LINE } from "../../tokens/audit/audit-event.ts";
import { secondsOf, type UnixSeconds } from "../../tokens/time.ts";
import { ACCESSES, type Access } from "../../tokens/token.ts";
import { issuesOf, type TokenRequest } from "../../tokens/token-fields.ts";
import { outcomeOf, refusedFlags } from "../command-outcome.ts";
import { type ExpiryFlags, expirySetting, withExpiry } from "../expiry-flags.ts";
import { collect, JSON_FLAG, type JsonFlag } from "../options.ts";
import { printSecretOrRevoke } from "./print-secret-or-revoke.ts";
import { requireSecretOutput } from "./secret-output.ts";

interface CreateFlags extends ExpiryFlags, DataDirFlags, JsonFlag {
  readonly access: Access;
  readonly audience?: readonly string[];
  readonly verifies?: boolean;
  readonly description?: string;
  readonly newStore?: boolean;
}

/** Adds `token create`. */
export function addCreateToken(token: Command): void {
  const create = token
    .command("create")
    .description("create a token and print its secret, once")
    .addOption(
      new Option("--access <access>", "what the token may do").choices(ACCESSES).makeOptionMandatory(),
    )
    .option(
      "--audience <name>",
      "a service that accepts the token; repeat for more (default: Publisher's own API)",
      collect,
    )
    .option(
      "--verifies",
      "for a service that checks tokens: the token verifies those of these audiences, and does nothing else",
    )
    .option("--description <text>", "a note on what the token is for");
  withExpiry(create, "the token", " (default: never)")
    .option("--new-store", "make a new store if there is none")
    .option(...JSON_FLAG)
    .addOption(dataDirOption())
    .action(createToken);
}

/** Prints the secret alone, or with `--json` the API's answer. */
async function createToken(flags: CreateFlags): Promise<void> {
  const { dataDir, json = false, newStore = false } = flags;
  const request = tokenRequest(flags, secondsOf(Date.now()));
  const { openStoreForCreation } = await import("../store/open-store-for-creation.ts");
  const { tokens, store } = openStoreForCreation(dataDir, newStore, requireSecretOutput);
  try {
    const created = outcomeOf(await tokens.create(request, COMMAND_LINE));
    const { id } = created.token;
    if (!json) say(`Created ${id}. This is its secret, which is not shown again:\n`);
    const text = json ? asJson(createdResource(created)) : `${created.secret}\n`;
    await printSecretOrRevoke(tokens, id, text, "Create another one.");
  } finally {
    store.close();
  }
}

/** Throws UsageError for a bad flag. The domain finds it too, but only once a new store is made. */
function tokenRequest(
  { access, audience, verifies = false, description, ...expiry }: CreateFlags,
  now: UnixSeconds,
): TokenRequest {
  const request = {
    access,
    audiences: audience ?? null,
    verifies,
    description: description ?? null,
    expiresAt: expirySetting(expiry, now) ?? null,
  };
  const issues = issuesOf(request, now);
  if (issues.length > 0) throw refusedFlags(issues);
  return request;
}

import { randomBytes } from "node:crypto";
import { createdResource, tokenPage } from "../../http/api/resources.ts";
import { noStore, openOrMakeTokens, withTokens } from "../../server/open-tokens.ts";
import { completeReplacement } from "../../store/sqlite/backup/store-replacement.ts";
import { DataDirectory } from "../../store/sqlite/file/data-directory.ts";
import { reasonOf } from "../../system-errors.ts";
import { CommandFailure } from "../../terminal/command-failure.ts";
import { asJson, printEach, say } from "../../terminal/print.ts";
import { orElse, terminalWidth } from "../../terminal/table.ts";
import { COMMAND_LINE } from "../../tokens/audit/audit-event.ts";
import { makeSecret } from "../../tokens/secret/secret.ts";
import { secondsOf, type UnixSeconds } from "../../tokens/time.ts";
import { issuesOf, type TokenRequest } from "../../tokens/token-fields.ts";
import { expirySetting } from "../expiry-flags.ts";
import { jsonList } from "../json-list.ts";
import { newestPages, rowsOf } from "../newest-pages.ts";
import { outcomeOf, refusedFlags } from "./command-outcome.ts";
import { handOver } from "./hand-over.ts";
import { listConditions } from "./list-filters.ts";
import { printSecret, requireSecretOutput } from "./secret-output.ts";
import type { CreateFlags, ListFlags } from "./token-flags.ts";
import { tokenTable } from "./token-table.ts";

/** Creates a token straight in the data directory and prints its secret, alone, or the API's answer. */
export async function createToken(dataDir: string, flags: CreateFlags): Promise<void> {
  const { json = false, newStore = false } = flags;
  const request = tokenRequest(flags, secondsOf(Date.now()));
  const directory = new DataDirectory(dataDir);
  completeReplacement(directory);
  if (!newStore && !directory.holdsStore()) throw noStore(directory, toMakeOne(directory));
  requireSecretOutput();
  const { tokens, store, isNew } = openOrMakeTokens(directory);
  try {
    if (isNew) say(`Made a new store, ${directory.database}.\n`);
    const created = outcomeOf(await tokens.create(request, COMMAND_LINE));
    const { id } = created.token;
    if (!json) say(`Created ${id}. This is its secret, which is not shown again:\n`);
    const text = json ? asJson(createdResource(created)) : `${created.secret}\n`;
    await handOver(tokens, id, text, "Create another one.");
  } finally {
    store.close();
  }
}

function toMakeOne({ path }: DataDirectory): string {
  return `To make a new store in ${path}, add --new-store.`;
}

/** What the flags ask for. Throws before there is a store if that cannot be. */
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

/** Prints the tokens that the flags ask for, newest first: all that are not revoked, if they ask for none. */
export async function listTokens(dataDir: string, flags: ListFlags): Promise<void> {
  const conditions = listConditions(flags, secondsOf(Date.now()));
  await withTokens(
    dataDir,
    async (tokens) => {
      const now = tokens.now();
      const every = { conditions, count: Number.POSITIVE_INFINITY };
      const pages = newestPages((listing) => tokens.list(listing), every);
      await printEach(
        flags.json === true
          ? jsonList(pages, (page) => tokenPage(page, now))
          : orElse(tokenTable(rowsOf(pages), now, terminalWidth()), noTokens(flags)),
      );
    },
    "reading",
  );
}

function noTokens({ all, reused, status, audience, unusedFor, expiringWithin }: ListFlags): string {
  const isFiltered = [status, audience, unusedFor, expiringWithin].some((value) => value !== undefined);
  if (isFiltered) return "There are no such tokens.\n";
  if (reused === true) return "No secret of a revoked or replaced token was shown.\n";
  return all === true ? "There are no tokens.\n" : "There are no tokens. --all shows revoked ones too.\n";
}

/** Prints a fresh secret that belongs to no store. */
export async function generateSecret(): Promise<void> {
  requireSecretOutput();
  try {
    await printSecret(`${makeSecret(randomBytes)}\n`);
  } catch (error) {
    throw new CommandFailure(`The secret could not be written: ${reasonOf(error)}.`, { cause: error });
  }
}

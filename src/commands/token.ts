import { randomBytes } from "node:crypto";
import { expirySetting } from "../expiry-flags.ts";
import { createdResource, tokenPage } from "../http/resources.ts";
import { DataDirectory } from "../store/data-directory.ts";
import { reasonOf } from "../store/reason.ts";
import { COMMAND_LINE } from "../tokens/audit-event.ts";
import type { Condition } from "../tokens/listing.ts";
import { makeSecret } from "../tokens/secret.ts";
import { secondsOf, type UnixSeconds } from "../tokens/time.ts";
import { STATUSES } from "../tokens/token.ts";
import { issuesOf, type TokenRequest } from "../tokens/token-request.ts";
import { CommandFailure } from "./command-failure.ts";
import { granted, refusedFlags } from "./granted.ts";
import { handOver } from "./hand-over.ts";
import { newestRows } from "./newest-rows.ts";
import { noStore, openOrMakeTokens, withTokens } from "./open-tokens.ts";
import { asJson, print, printJson, say } from "./print.ts";
import { printSecret, requireSecretOutput } from "./secret-output.ts";
import type { CreateFlags, ListFlags } from "./token-flags.ts";
import { tokenTable } from "./token-table.ts";

/** Creates a token straight in the data directory and prints its secret, alone, or the API's answer. */
export async function createToken(dataDir: string, flags: CreateFlags): Promise<void> {
  const { json = false, newStore = false } = flags;
  const request = tokenRequest(flags, secondsOf(Date.now()));
  const directory = new DataDirectory(dataDir);
  if (!newStore && !directory.holdsStore()) throw noStore(directory, toMakeOne(directory));
  requireSecretOutput();
  const { tokens, store, isNew } = openOrMakeTokens(directory);
  try {
    if (isNew) say(`Made a new store, ${directory.database}.\n`);
    const created = granted(await tokens.create(request, COMMAND_LINE));
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

const EVERY_STATUS: Condition = { op: "in", key: "status", values: STATUSES };
const REUSED: Condition = { op: "exists", key: "reused_at", value: true };

/** Prints the tokens that can still matter, or all, newest first. */
export async function listTokens(dataDir: string, flags: ListFlags): Promise<void> {
  const { all = false, reused = false, json = false } = flags;
  await withTokens(dataDir, async (tokens) => {
    const conditions = [...(all ? [EVERY_STATUS] : []), ...(reused ? [REUSED] : [])];
    const every = { conditions, count: Number.POSITIVE_INFINITY };
    const page = await newestRows((listing) => tokens.list(listing), every);
    if (json) return await printJson(tokenPage(page, tokens.now()));
    const isEmpty = reused && page.rows.length === 0;
    await print(isEmpty ? NONE_REUSED : tokenTable(page.rows, tokens.now()));
  });
}

const NONE_REUSED = "No secret of a revoked or replaced token was shown.\n";

/** Prints a fresh secret that belongs to no store. */
export async function generateSecret(): Promise<void> {
  requireSecretOutput();
  try {
    await printSecret(`${makeSecret(randomBytes)}\n`);
  } catch (error) {
    throw new CommandFailure(`The secret could not be written: ${reasonOf(error)}.`, { cause: error });
  }
}

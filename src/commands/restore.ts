import { resolve } from "node:path";
import { isSameFile } from "../store/backup.ts";
import { DataDirectory } from "../store/data-directory.ts";
import { type Acceptance, isNew } from "../store/examination.ts";
import type { EndCounts } from "../store/reapplied-ends.ts";
import { ReplacedStore } from "../store/replaced-store.ts";
import { Restoration } from "../store/restoration.ts";
import { readRevocationLog } from "../store/revocation-log.ts";
import { SCHEMA_VERSION } from "../store/schema.ts";
import { ServerLock } from "../store/server-lock.ts";
import { completeReplacement } from "../store/store-replacement.ts";
import { formatTime } from "../tokens/time.ts";
import { CommandFailure } from "./command-failure.ts";
import { type KnownRevocations, knownRevocations } from "./known-revocations.ts";
import { print, readable } from "./print.ts";
import { ownSource, sourceFor } from "./restore-source.ts";
import { become, enterPath, otherOwner } from "./store-owner.ts";

export interface RestoreFlags {
  /** Revocation logs that a server kept. */
  readonly revocations?: readonly string[];
  /** Whether to go on where not every end of a token since the backup is known. */
  readonly withoutRevocations?: boolean;
  /** Whether a file without its last changes is good enough. */
  readonly acceptPart?: boolean;
}

/** Puts a backup into the place of the store, and ends its tokens again as they had ended since. */
export async function restore(dataDir: string, backup: string, flags: RestoreFlags): Promise<void> {
  const directory = new DataDirectory(dataDir);
  const path = resolve(backup);
  if (isNew(path)) throw new CommandFailure(`There is no backup at ${path}.`);
  const acceptance = flags.acceptPart ? "part" : "whole";
  const owner = otherOwner(directory);
  if (owner !== null) enterPath(owner);
  // Root reads these before it becomes the owner, who may not read them.
  const logs = new Map((flags.revocations ?? []).map((log) => [log, readRevocationLog(log)]));
  const isItself = isSameFile(path, directory.database);
  using source = owner === null ? ownSource(path) : sourceFor(owner, path, acceptance);
  if (owner !== null) become(owner);
  completeReplacement(directory);
  directory.make();
  const lock = ServerLock.take(directory, "Stop that one first: a store cannot be replaced under a server.");
  try {
    const given = { backup: source.path, logs, isItself, acceptance } as const;
    await print(readable(restored(directory, path, given, flags)));
  } finally {
    lock.release();
  }
}

/** The input of a restore. */
interface Given {
  /** The path of the backup, or of a copy of it that the owner of the data directory may read. */
  readonly backup: string;
  /** The texts of the revocation logs, by their paths. */
  readonly logs: ReadonlyMap<string, string>;
  /** Whether the backup is the file of the store itself. */
  readonly isItself: boolean;
  readonly acceptance: Acceptance;
}

function restored(directory: DataDirectory, path: string, given: Given, flags: RestoreFlags): string {
  const restoration = new Restoration(directory, { database: given.backup }, given.acceptance);
  try {
    using replaced = ReplacedStore.open(directory);
    const known = knownRevocations({ restoration, replaced, logs: given.logs, isItself: given.isItself });
    if (known.missing !== null && flags.withoutRevocations !== true) throw unknown(known.missing);
    const ended = restoration.end(known.ends.values(), known.lastEvent, known.missing === null);
    const aside = restoration.takePlace();
    return report({ directory, path, restoration, replaced, ended, aside, known });
  } finally {
    restoration.discard();
  }
}

function unknown(missing: string): CommandFailure {
  return new CommandFailure(
    `Nothing was changed. It is not known which tokens were revoked since the backup: ${missing}. They would work again. ` +
      "Add --revocations with the file that a server kept with --revocation-log, or " +
      "--without-revocations to restore all the same, and then revoke by hand what must not work.",
  );
}

interface Report {
  readonly directory: DataDirectory;
  readonly path: string;
  readonly restoration: Restoration;
  readonly replaced: ReplacedStore;
  readonly ended: EndCounts;
  readonly aside: string | null;
  readonly known: KnownRevocations;
}

function report({ directory, path, restoration, replaced, ended, aside, known }: Report): string {
  const { missing, logEnd } = known;
  const { soundness, lastEvent } = restoration;
  const until = lastEvent === null ? "" : `, with changes up to ${formatTime(lastEvent.at)}`;
  const gone = Math.max((replaced.tokens() ?? 0) - soundness.tokens, 0);
  const lines = [
    missing === null
      ? null
      : `Not known: ${missing}. Tokens that were revoked, replaced or shortened since the backup may work again: ` +
        `${lookThrough(directory)}, and revoke what must not work.`,
    `Restored ${path}${until}, to ${directory.database}: tokens: ${soundness.tokens}.`,
    aside === null ? null : `The store that was there is in ${aside}. Publisher never deletes it.`,
    endedAgainLine(ended),
    logEnd === null
      ? null
      : `T${logEnd.slice(1)}. It does not have what ended after that, nor what a command ended while the server was down: ${lookThrough(directory)}.`,
    gone === 0 || missing !== null
      ? null
      : `Created since the backup, and gone with their secrets: ${gone} ${gone === 1 ? "token" : "tokens"}.`,
    `Usage counts since the backup are gone. ${nextStep(soundness.schemaVersion)}`,
  ];
  return `${lines.filter((line) => line !== null).join("\n")}\n`;
}

function nextStep(schema: number): string {
  if (schema === SCHEMA_VERSION) return "You can start the server.";
  return `The store has schema ${schema}: start the older version that knows it. Any command of this version can migrate it again.`;
}

function lookThrough({ path }: DataDirectory): string {
  return `look through "publisher token list --data-dir ${path}"`;
}

function endedAgainLine({ revoked, replaced, shortened, withoutSuccessor }: EndCounts): string {
  const counts = [
    [revoked, "revoked"],
    [replaced, "replaced"],
    [shortened, "with an earlier expiry"],
  ] as const;
  const told = counts.flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`]));
  if (told.length === 0) return "No token of the backup had ended since, as far as is known.";
  const lost =
    withoutSuccessor === 0
      ? ""
      : ` Replaced by a token that is not in the backup: ${withoutSuccessor}. Create new tokens for their holders.`;
  return `Tokens that ended since the backup stay so: ${told.join(", ")}.${lost}`;
}

import { resolve } from "node:path";
import { isSameFile } from "../../store/sqlite/backup/backup.ts";
import { ReplacedStore } from "../../store/sqlite/backup/replaced-store.ts";
import { Restoration } from "../../store/sqlite/backup/restoration.ts";
import { completeReplacement } from "../../store/sqlite/backup/store-replacement.ts";
import { DataDirectory } from "../../store/sqlite/file/data-directory.ts";
import { ServerLock } from "../../store/sqlite/file/server-lock.ts";
import type { Acceptance } from "../../store/sqlite/inspect/inspection.ts";
import { readRevocationLog } from "../../store/sqlite/revocation-log/revocation-log-reading.ts";
import { CommandFailure } from "../../terminal/command-failure.ts";
import { print, printAfter, readable } from "../../terminal/print.ts";
import { become, enterPath, otherOwner } from "../store/store-owner.ts";
import { type KnownRevocations, knownRevocations } from "./known-revocations.ts";
import { report } from "./restore-report.ts";
import { ownSource, requireBackup, sourceFor } from "./restore-source.ts";

export interface RestoreFlags {
  /** The paths of revocation logs. */
  readonly revocations?: readonly string[];
  /** Restores even if not every end of a token since the backup is known. */
  readonly withoutRevocations?: boolean;
  /** Accepts a file without its last changes. */
  readonly acceptPart?: boolean;
}

/** Replaces the store by a backup, and ends the tokens again that had ended since. */
export async function restore(dataDir: string, backup: string, flags: RestoreFlags): Promise<void> {
  const directory = new DataDirectory(dataDir);
  const path = resolve(backup);
  requireBackup(path);
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
  const lock = ServerLock.take(
    directory,
    "Stop that one first: a store cannot be replaced under a server.",
    "restoring the store",
  );
  try {
    const given = { backup: source.path, logs, isItself, acceptance } as const;
    const result = restored(directory, path, given, flags);
    await printAfter(`${path} was restored`, print(readable(result)));
  } finally {
    lock.release();
  }
}

/** The input of a restore. */
interface Given {
  /** The path of the backup, or of a copy that the owner of the data directory may read. */
  readonly backup: string;
  /** The texts of the revocation logs, by their paths. */
  readonly logs: ReadonlyMap<string, string>;
  /** True if the backup is the file of the store itself. */
  readonly isItself: boolean;
  readonly acceptance: Acceptance;
}

function restored(directory: DataDirectory, path: string, given: Given, flags: RestoreFlags): string {
  const restoration = new Restoration(directory, { database: given.backup }, given.acceptance);
  try {
    using replaced = ReplacedStore.open(directory);
    const known = knownRevocations({ restoration, replaced, logs: given.logs, isItself: given.isItself });
    if (known.missing !== null && flags.withoutRevocations !== true) throw unknown(known);
    const ended = restoration.end(known.ends.values(), known.lastEvent, known.missing === null);
    const aside = restoration.takePlace();
    return report({ directory, path, restoration, replaced, ended, aside, known });
  } finally {
    restoration.discard();
  }
}

function unknown({ missing, lacksFile, logEnd }: KnownRevocations): CommandFailure {
  const log =
    logEnd === null
      ? NO_LOG
      : lacksFile
        ? "Give the missing file too, with one more --revocations"
        : PART_OF_LOG;
  return new CommandFailure(
    "Nothing was changed. Tokens that were revoked since the backup would work again, and it is not known which these are. " +
      `${log}, or add --without-revocations to restore all the same, and then revoke by hand what must not work. ` +
      `The reason: ${missing}.`,
  );
}

const NO_LOG = "Add --revocations with the file that a server writes with --revocation-log";
const PART_OF_LOG = "Give a whole copy of the revocation log, if there is one";

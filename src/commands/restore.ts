import { resolve } from "node:path";
import { isSameFile } from "../store/backup.ts";
import { DataDirectory } from "../store/data-directory.ts";
import type { EndCounts } from "../store/ended-again.ts";
import { type Acceptance, isNew } from "../store/examination.ts";
import { ReplacedStore } from "../store/replaced-store.ts";
import { Restoration } from "../store/restoration.ts";
import { readRevocationLog, readRevocationLogs } from "../store/revocation-log.ts";
import { ServerLock } from "../store/server-lock.ts";
import { completeReplacement } from "../store/store-replacement.ts";
import { type KnownEnd, together } from "../tokens/known-end.ts";
import { coverAll, endsOf } from "../tokens/revocation-lines.ts";
import { formatTime } from "../tokens/time.ts";
import { CommandFailure } from "./command-failure.ts";
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

/** What is read for a restore. */
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
    const knowledge = knowledgeOf(restoration, replaced, given);
    if (knowledge.missing !== null && flags.withoutRevocations !== true) throw unknown(knowledge.missing);
    const isComplete = knowledge.missing === null;
    const ended = restoration.end(knowledge.ends.values(), replaced.lastEvent(), isComplete);
    const aside = restoration.takePlace();
    replaced.leavePlace();
    return report({ directory, path, restoration, replaced, ended, aside, missing: knowledge.missing });
  } finally {
    restoration.discard();
  }
}

interface Knowledge {
  readonly ends: ReadonlyMap<string, KnownEnd>;
  /** Why it may not be all; null if it is. */
  readonly missing: string | null;
}

function knowledgeOf(
  { lastEvent, storeMark }: Restoration,
  replaced: ReplacedStore,
  { logs: texts, isItself }: Given,
): Knowledge {
  const logs = readRevocationLogs([...texts.keys()], storeMark, (log) => texts.get(log) ?? "");
  const ends = new Map<string, KnownEnd>();
  for (const end of [...replaced.ends(), ...endsOf(logs)]) {
    const before = ends.get(end.token);
    ends.set(end.token, before === undefined ? end : together(before, end));
  }
  const last = lastEvent?.id ?? "";
  if (coverAll(logs, last)) return { ends, missing: null };
  const gap = logs.length > 0 ? "the revocation log does not begin before the end of the backup" : null;
  return { ends, missing: gap ?? whatIsMissing(replaced, last, isItself) };
}

function whatIsMissing(replaced: ReplacedStore, last: string, isItself: boolean): string | null {
  if (isItself) return "the last changes of that store are missing";
  if (replaced.fault !== null) return replaced.fault.replace(/\.$/, "");
  if (last === "" || replaced.hasEvent(last)) return null;
  return "the store that is there does not continue the backup";
}

function unknown(missing: string): CommandFailure {
  return new CommandFailure(
    `It is not known which tokens were revoked since the backup: ${missing}. They would work again. ` +
      "Nothing was changed. Add --revocations with the file that a server kept with --revocation-log, or " +
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
  readonly missing: string | null;
}

function report({ directory, path, restoration, replaced, ended, aside, missing }: Report): string {
  const { soundness, lastEvent } = restoration;
  const until = lastEvent === null ? "" : `, with changes up to ${formatTime(lastEvent.at)}`;
  const gone = Math.max((replaced.tokens() ?? 0) - soundness.tokens, 0);
  const lines = [
    `Restored ${path}${until}, to ${directory.database}: tokens: ${soundness.tokens}.`,
    aside === null ? null : `The store that was there is in ${aside}. Publisher never deletes it.`,
    endedAgainLine(ended),
    gone === 0 || missing !== null
      ? null
      : `${gone} tokens were created since the backup and are gone: their secrets open nothing.`,
    missing === null
      ? null
      : `Not known: ${missing}. Tokens that were revoked, replaced or shortened since the backup may work again: look ` +
        'through "publisher token list", and revoke what must not work.',
    "Usage counts since the backup are gone. You can start the server.",
  ];
  return `${lines.filter((line) => line !== null).join("\n")}\n`;
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
      : ` Of the replaced ones, ${withoutSuccessor} have a successor that is not in the backup: create tokens for their holders.`;
  return `Tokens that ended since the backup stay so: ${told.join(", ")}.${lost}`;
}

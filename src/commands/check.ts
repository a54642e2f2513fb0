import { resolve } from "node:path";
import { DataDirectory } from "../store/data-directory.ts";
import type { StoreFile } from "../store/examination.ts";
import { damagedBackup } from "../store/restoration.ts";
import { SCHEMA_VERSION } from "../store/schema.ts";
import { checkSoundness, type RestorationNote } from "../store/soundness.ts";
import { refuseUnfinished } from "../store/store-replacement.ts";
import { StoreDamaged } from "../store/store-unusable.ts";
import { formatTime } from "../tokens/time.ts";
import { noStore } from "./open-tokens.ts";
import { print, readable, say } from "./print.ts";
import { requireBackup } from "./restore-source.ts";

/** By this exit code the server learns that a store is damaged; a person gets 1, as for every failure. */
export const DAMAGE_EXIT_CODE = 3;

export interface CheckFlags {
  /** Whether damage has an exit code of its own. */
  readonly tellDamage?: boolean;
}

/** Reads a whole store, or a backup, and says whether it is sound. Changes nothing. */
export async function check(
  dataDir: string,
  backup: string | undefined,
  { tellDamage = false }: CheckFlags,
): Promise<void> {
  try {
    await print(soundnessReport(backup === undefined ? storeIn(dataDir) : backupAt(resolve(backup))));
  } catch (error) {
    if (!(error instanceof StoreDamaged)) throw error;
    const told = backup === undefined ? error : damagedBackup(resolve(backup), error);
    say(`publisher: ${damageReport(told)}\n`);
    process.exitCode = tellDamage ? DAMAGE_EXIT_CODE : 1;
  }
}

function damageReport({ message, faults }: StoreDamaged): string {
  const [, ...more] = faults;
  return more.length === 0
    ? message
    : [message, "More faults:", ...more.map((fault) => `  ${fault}`)].join("\n");
}

function backupAt(path: string): StoreFile {
  requireBackup(path);
  return { database: path };
}

function storeIn(dataDir: string): StoreFile {
  const directory = new DataDirectory(dataDir);
  refuseUnfinished(directory);
  if (!directory.holdsStore()) throw noStore(directory);
  return directory;
}

function soundnessReport(file: StoreFile): string {
  const { schemaVersion, tokens, auditEvents, restoration } = checkSoundness(file);
  const isCurrent = schemaVersion === SCHEMA_VERSION;
  const schema = `schema ${schemaVersion}${isCurrent ? "" : ` (the next start of the server updates it to ${SCHEMA_VERSION})`}`;
  return (
    `${readable(file.database)} is sound: ${schema}, tokens: ${tokens}, audit events: ${auditEvents}.\n` +
    (restoration === null ? "" : restorationLine(restoration))
  );
}

function restorationLine({ at, lastChangeAt, ended, complete }: RestorationNote): string {
  const until = lastChangeAt === null ? "without changes" : `with changes up to ${formatTime(lastChangeAt)}`;
  const known = complete === 1 ? "" : " It was not known which tokens had ended since.";
  return `Restored at ${formatTime(at)} from a backup ${until}; tokens ended again: ${ended}.${known}\n`;
}

import { resolve } from "node:path";
import { DAMAGE_EXIT_CODE } from "../../server/background-check.ts";
import { noStore } from "../../server/open-tokens.ts";
import { damagedBackup } from "../../store/sqlite/backup/restoration.ts";
import { refuseUnfinished } from "../../store/sqlite/backup/store-replacement.ts";
import { DataDirectory, type StoreFile } from "../../store/sqlite/file/data-directory.ts";
import { checkIntegrity, type RestorationNote } from "../../store/sqlite/inspect/integrity-check.ts";
import { SCHEMA_VERSION } from "../../store/sqlite/schema.ts";
import { StoreDamaged } from "../../store/sqlite/store-unusable.ts";
import { print, readable, say } from "../../terminal/print.ts";
import { formatTime } from "../../tokens/time.ts";
import { requireBackup } from "./restore-source.ts";

export interface CheckFlags {
  /** Ends with an exit code of its own if the store is damaged. */
  readonly tellDamage?: boolean;
}

/** Reads a whole store or backup and reports whether it is sound. Changes nothing. */
export async function check(
  dataDir: string,
  backup: string | undefined,
  { tellDamage = false }: CheckFlags,
): Promise<void> {
  try {
    await print(integrityReport(backup === undefined ? storeIn(dataDir) : backupAt(resolve(backup))));
  } catch (error) {
    if (!(error instanceof StoreDamaged)) throw error;
    const damage = backup === undefined ? error : damagedBackup(resolve(backup), error);
    say(`publisher: ${damageReport(damage)}\n`);
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

function integrityReport(file: StoreFile): string {
  const { schemaVersion, tokens, auditEvents, restoration } = checkIntegrity(file);
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

import { DataDirectory } from "../store/data-directory.ts";
import { SCHEMA_VERSION } from "../store/schema.ts";
import { checkSoundness, type RestorationNote } from "../store/soundness.ts";
import { refuseUnfinished } from "../store/store-replacement.ts";
import { formatTime } from "../tokens/time.ts";
import { noStore } from "./open-tokens.ts";
import { print, readable } from "./print.ts";

/** Reads the whole store and says whether it is sound. Changes nothing. */
export async function check(dataDir: string): Promise<void> {
  const directory = new DataDirectory(dataDir);
  refuseUnfinished(directory);
  if (!directory.holdsStore()) throw noStore(directory);
  const { schemaVersion, tokens, auditEvents, restoration } = checkSoundness(directory);
  const isCurrent = schemaVersion === SCHEMA_VERSION;
  const schema = `schema ${schemaVersion}${isCurrent ? "" : ` (the next start of the server updates it to ${SCHEMA_VERSION})`}`;
  await print(
    `${readable(directory.database)} is sound: ${schema}, tokens: ${tokens}, audit events: ${auditEvents}.\n` +
      (restoration === null ? "" : restorationLine(restoration)),
  );
}

function restorationLine({ at, lastChangeAt, ended, complete }: RestorationNote): string {
  const until = lastChangeAt === null ? "without changes" : `with changes up to ${formatTime(lastChangeAt)}`;
  const known = complete === 1 ? "" : " It was not known which tokens had ended since.";
  return `Restored at ${formatTime(at)} from a backup ${until}; tokens ended again: ${ended}.${known}\n`;
}

import { DataDirectory } from "../store/data-directory.ts";
import { SCHEMA_VERSION } from "../store/schema.ts";
import { checkSoundness } from "../store/soundness.ts";
import { noStore } from "./open-tokens.ts";
import { print, readable } from "./print.ts";

/** Reads the whole store and says whether it is sound. Changes nothing. */
export async function check(dataDir: string): Promise<void> {
  const directory = new DataDirectory(dataDir);
  if (!directory.holdsStore()) throw noStore(directory);
  const { schemaVersion, tokens, auditEvents } = checkSoundness(directory);
  const isCurrent = schemaVersion === SCHEMA_VERSION;
  const schema = `schema ${schemaVersion}${isCurrent ? "" : ` (the next start of the server updates it to ${SCHEMA_VERSION})`}`;
  await print(
    `${readable(directory.database)} is sound: ${schema}, tokens: ${tokens}, audit events: ${auditEvents}.\n`,
  );
}

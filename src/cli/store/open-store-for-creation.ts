import { noStore, type OpenTokens, openOrMakeTokens } from "../../server/open-tokens.ts";
import { completeReplacement } from "../../store/sqlite/backup/store-replacement.ts";
import { DataDirectory } from "../../store/sqlite/file/data-directory.ts";
import { say } from "../../terminal/print.ts";

/**
 * Opens the store of a data directory, or makes a new one if `mayMake`. Throws CommandFailure where there is none.
 * `beforeOpening` can throw while nothing is made or opened.
 */
export function openStoreForCreation(
  dataDir: string,
  mayMake: boolean,
  beforeOpening: () => void,
): OpenTokens {
  const directory = new DataDirectory(dataDir);
  completeReplacement(directory);
  if (!mayMake && !directory.holdsStore())
    throw noStore(directory, `To make a new store in ${directory.path}, add --new-store.`);
  beforeOpening();
  const opened = openOrMakeTokens(directory);
  if (opened.isNew) say(`Made a new store, ${directory.database}.\n`);
  return opened;
}

import type { Log } from "../log/log.ts";
import type { ListenAddress } from "../settings/listen-addresses.ts";
import type { ServeSettings } from "../settings/serve-settings.ts";
import type { DataDirectory } from "../store/sqlite/file/data-directory.ts";
import { accessWarnings } from "../store/sqlite/owner/file-owners.ts";
import { SCHEMA_VERSION } from "../store/sqlite/schema.ts";
import { print } from "../terminal/print.ts";
import { COMMIT, VERSION } from "../version.ts";
import { sharedDirectoryWarning } from "./listening/unix-socket.ts";
import { migrationSentence } from "./open-tokens.ts";
import type { ServedStore } from "./served-store.ts";
import { startupBanner, unencryptedWarning, urlOf } from "./startup-banner.ts";
import { changesWarning } from "./store-recovery.ts";

/** Logs that the server is there, and prints the startup banner. Both have the warnings. */
export async function announce(
  addresses: readonly ListenAddress[],
  settings: ServeSettings,
  directory: DataDirectory,
  { isNew, firstToken, store, revocations }: ServedStore,
  log: Log,
): Promise<void> {
  const warnings = [
    await changesWarning(store),
    revocations?.warning ?? null,
    ...addresses.map(addressWarning),
    firstToken.warning,
    ...accessWarnings(directory),
    ...settings.environmentWarnings,
  ].filter((warning) => warning !== null);
  for (const warning of warnings) log.warn(warning);
  const { database } = directory;
  const migration = store.migration && migrationSentence(store.migration);
  if (migration !== null)
    log.info({ ...store.migration, to: SCHEMA_VERSION }, "the store was brought to a newer schema");
  for (const address of addresses)
    log.info({ url: urlOf(address), store: database, version: VERSION, commit: COMMIT }, "listening");
  const { pages } = settings;
  const text = startupBanner({ addresses, pages, directory, isNew, migration, firstToken, warnings });
  // A server works as well where nobody can see its banner.
  await print(text).catch((error: unknown) => log.debug({ error }, "the startup banner cannot be written"));
}

/** The warning about an address; null for a safe one. */
function addressWarning(address: ListenAddress): string | null {
  return "path" in address ? sharedDirectoryWarning(address.path) : unencryptedWarning(address.host);
}

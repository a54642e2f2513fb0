import { DataDirectory } from "../store/data-directory.ts";
import { inspectDatabase, integrityFaults, SCHEMA_VERSION, schemaVersion } from "../store/database.ts";
import { CommandFailure } from "./command-failure.ts";
import { noStore } from "./open-tokens.ts";

/** Reads the whole store and says whether it is sound. Changes nothing. */
export function check(dataDir: string): void {
  const directory = new DataDirectory(dataDir);
  if (!directory.holdsStore()) throw noStore(directory);
  const database = inspectDatabase(directory);
  try {
    const faults = integrityFaults(database, "integrity_check");
    if (faults.length > 0) {
      throw new CommandFailure(
        `${directory.database} is damaged:\n${faults.map((fault) => `  ${fault}`).join("\n")}`,
      );
    }
    const version = schemaVersion(database);
    const counts = database
      .query<{ tokens: number; events: number }, []>(
        "SELECT (SELECT count(*) FROM token) AS tokens, (SELECT count(*) FROM audit_event) AS events",
      )
      .get();
    const schema =
      version === SCHEMA_VERSION
        ? `schema ${version}`
        : `schema ${version}, brought to ${SCHEMA_VERSION} by the next start`;
    process.stdout.write(
      `${directory.database} is sound: ${schema}, tokens: ${counts?.tokens ?? 0}, audit events: ${counts?.events ?? 0}.\n`,
    );
  } finally {
    database.close();
  }
}

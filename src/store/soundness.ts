import type { DataDirectory } from "./data-directory.ts";
import { examineDatabase, integrityFaults } from "./examination.ts";
import { schemaVersion } from "./schema.ts";
import { StoreUnusable } from "./store-unusable.ts";

/** What a sound store holds. */
export interface Soundness {
  readonly schemaVersion: number;
  readonly tokens: number;
  readonly auditEvents: number;
}

/** Reads the whole store and changes nothing. Throws StoreUnusable if it is not sound, with all that is wrong. */
export function checkSoundness(directory: DataDirectory): Soundness {
  return examineDatabase(directory, (database) => {
    const faults = integrityFaults(database, "integrity_check");
    if (faults.length > 0) {
      throw new StoreUnusable(
        `${directory.database} is damaged:\n${faults.map((fault) => `  ${fault}`).join("\n")}`,
      );
    }
    const counted = database.query<Omit<Soundness, "schemaVersion">, []>(
      "SELECT (SELECT count(*) FROM token) AS tokens, (SELECT count(*) FROM audit_event) AS auditEvents",
    );
    return { schemaVersion: schemaVersion(database), ...(counted.get() ?? { tokens: 0, auditEvents: 0 }) };
  });
}

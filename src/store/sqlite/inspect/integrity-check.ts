import type { Database } from "bun:sqlite";
import type { UnixSeconds } from "../../../tokens/time.ts";
import type { StoreFile } from "../file/data-directory.ts";
import { FIRST_SCHEMA_WITH_STATE, schemaVersion } from "../schema.ts";
import { type Acceptance, inspectDatabase } from "./inspection.ts";
import { refuseUnsound } from "./store-faults.ts";

/** A backup replaced the store. */
export interface RestorationNote {
  readonly at: UnixSeconds;
  /** The time of the last change in the backup; null for none. */
  readonly lastChangeAt: UnixSeconds | null;
  /** The number of tokens that were ended again. */
  readonly ended: number;
  /** 1 where every end of a token since the backup was known. */
  readonly complete: 0 | 1;
}

/** The contents of a sound store. */
export interface IntegrityReport {
  readonly schemaVersion: number;
  readonly tokens: number;
  readonly auditEvents: number;
  /** The last one; null where there was none. */
  readonly restoration: RestorationNote | null;
}

/** Reads the whole store and changes nothing. Throws StoreUnusable if it is not sound: StoreDamaged has all faults. */
export function checkIntegrity(file: StoreFile, acceptance: Acceptance = "whole"): IntegrityReport {
  return inspectDatabase(file, (database) => integrityOf(database, file.database), { acceptance });
}

/** Reads every page and row of the store of this connection. Throws StoreUnusable if it is not sound. */
function integrityOf(database: Database, path: string): IntegrityReport {
  refuseUnsound(database, path);
  const counted = database.query<Pick<IntegrityReport, "tokens" | "auditEvents">, []>(
    "SELECT (SELECT count(*) FROM token) AS tokens, (SELECT count(*) FROM audit_event) AS auditEvents",
  );
  return {
    schemaVersion: schemaVersion(database),
    ...(counted.get() ?? { tokens: 0, auditEvents: 0 }),
    restoration: lastRestoration(database),
  };
}

function lastRestoration(database: Database): RestorationNote | null {
  if (schemaVersion(database) < FIRST_SCHEMA_WITH_STATE) return null;
  const last = database.query<RestorationNote, []>(
    `SELECT restoration.at, audit_event.at AS lastChangeAt, ended, complete
     FROM restoration LEFT JOIN audit_event ON audit_event.id = last_event ORDER BY restoration.rowid DESC LIMIT 1`,
  );
  return last.get();
}

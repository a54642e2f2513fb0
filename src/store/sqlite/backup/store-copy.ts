import { Database } from "bun:sqlite";
import { closeSync, openSync, rmSync } from "node:fs";
import { reasonOf } from "../../../system-errors.ts";
import type { StoreFile } from "../file/data-directory.ts";
import { CHANGING, withoutLinks } from "../file/database-file.ts";
import { syncFile } from "../file/file-bytes.ts";
import { saysInUse } from "../file/store-at-rest.ts";
import { type Acceptance, inspectDatabase } from "../inspect/inspection.ts";
import { checkIntegrity, type IntegrityReport } from "../inspect/integrity-check.ts";
import { StoreUnusable } from "../store-unusable.ts";

/** What making a copy is at. */
export type CopyStep = "checking the store" | "copying" | "checking the copy";

export interface CopyParts {
  readonly from: StoreFile;
  /** The path of the copy, where no file is yet. */
  readonly to: string;
  readonly acceptance?: Acceptance;
  readonly onStep?: (step: CopyStep) => void;
}

/**
 * Makes a copy of one moment of a store, which others may change meanwhile: one file with mode 600, at rest, checked
 * and on disk. Throws StoreUnusable if the store or its copy is not sound, or the copy cannot be written; what there
 * is of the copy is removed then. https://www.sqlite.org/lang_vacuum.html#vacuuminto
 */
export function copyStore({
  from,
  to,
  acceptance = "whole",
  onStep = () => undefined,
}: CopyParts): IntegrityReport {
  try {
    onStep("checking the store");
    inspectDatabase(
      from,
      (database) => {
        onStep("copying");
        writing(to, () => vacuumInto(database, to));
      },
      acceptance,
    );
    writing(to, () => settle(to));
    onStep("checking the copy");
    return checked(from, to, acceptance);
  } catch (error) {
    for (const end of ["", "-journal"]) tryToRemove(to + end);
    throw error;
  }
}

/** The error that ended the copy is more important than a file that stays. */
export function tryToRemove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    return;
  }
}

/**
 * Checks the copy wholly, and so the store: tables and indices are copied as they are. What is wrong with the store
 * itself is told under its own name.
 */
function checked(from: StoreFile, to: string, acceptance: Acceptance): IntegrityReport {
  try {
    return checkIntegrity({ database: to });
  } catch (error) {
    checkIntegrity(from, acceptance);
    throw error;
  }
}

/** SQLite writes into a file that is there if that is empty; so the copy is never open to others. Links: see READING. */
function vacuumInto(database: Database, to: string): void {
  rmSync(to, { force: true });
  closeSync(openSync(to, "wx", 0o600));
  database.query("VACUUM INTO ?").run(withoutLinks(to));
}

/** A copy is at rest, also of a store in use. SQLite leaves it to its caller to sync what VACUUM INTO made. */
function settle(path: string): void {
  {
    using copy = new Database(withoutLinks(path), CHANGING);
    if (saysInUse(copy)) copy.run("UPDATE store_state SET in_use = 0");
  }
  syncFile(path);
}

/** Returns what `write` returns. Throws StoreUnusable if it fails. */
export function writing<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw new StoreUnusable(`The copy ${path} cannot be written: ${reasonOf(error)}.`, { cause: error });
  }
}

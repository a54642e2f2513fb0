import { Database } from "bun:sqlite";
import { closeSync, openSync, rmSync } from "node:fs";
import { reasonOf } from "../../../system-errors.ts";
import { isFlaggedInUse } from "../file/clean-close.ts";
import type { StoreFile } from "../file/data-directory.ts";
import { CHANGING, withoutLinks } from "../file/database-file.ts";
import { syncFile } from "../file/file-bytes.ts";
import { type Acceptance, inspectDatabase } from "../inspect/inspection.ts";
import { checkIntegrity, type IntegrityReport } from "../inspect/integrity-check.ts";
import { StoreUnusable } from "../store-unusable.ts";

export type CopyStep = "checking the store" | "copying" | "checking the copy";

export interface CopyParts {
  readonly from: StoreFile;
  /** The path of the copy, where no file is yet. */
  readonly to: string;
  readonly acceptance?: Acceptance;
  readonly onStep?: (step: CopyStep) => void;
}

/**
 * Copies a snapshot of a store, which others may change meanwhile, into one file with mode 600, checked and on disk.
 * Throws StoreUnusable if the store or its copy is not sound, or the copy cannot be written; then removes the unfinished
 * copy. https://www.sqlite.org/lang_vacuum.html#vacuuminto
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
        withCopyErrors(to, () => vacuumInto(database, to));
      },
      { acceptance },
    );
    withCopyErrors(to, () => finish(to));
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
 * Checks the copy wholly, and so the store: tables and indices are copied as they are. Reports a fault of the store
 * under the name of the store.
 */
function checked(from: StoreFile, to: string, acceptance: Acceptance): IntegrityReport {
  try {
    return checkIntegrity({ database: to });
  } catch (error) {
    checkIntegrity(from, acceptance);
    throw error;
  }
}

/** SQLite writes into an empty file that is there: so the copy is never open to others. Links: see READING. */
function vacuumInto(database: Database, to: string): void {
  rmSync(to, { force: true });
  closeSync(openSync(to, "wx", 0o600));
  database.query("VACUUM INTO ?").run(withoutLinks(to));
}

/** Clears the `in_use` flag of a store in use, and syncs the file, which VACUUM INTO does not. */
function finish(path: string): void {
  {
    using copy = new Database(withoutLinks(path), CHANGING);
    if (isFlaggedInUse(copy)) copy.run("UPDATE store_state SET in_use = 0");
  }
  syncFile(path);
}

/** Returns the result of `write`. Throws StoreUnusable if it fails. */
export function withCopyErrors<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw new StoreUnusable(`The copy ${path} cannot be written: ${reasonOf(error)}.`, { cause: error });
  }
}

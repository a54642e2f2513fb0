import { Database } from "bun:sqlite";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { END_KEYS } from "../../../tokens/revocation/revocation-log-lines.ts";
import type { KnownEnd } from "../../../tokens/revocation/token-end.ts";
import { secondsOf } from "../../../tokens/time.ts";
import type { DataDirectory, StoreFile } from "../file/data-directory.ts";
import { type LastEvent, stateOf } from "../file/store-state.ts";
import {
  makeWorkingDirectory,
  refuseInWorkingDirectory,
  removeWorkingDirectories,
  removeWorkingDirectory,
} from "../file/working-directory.ts";
import type { Acceptance } from "../inspect/inspection.ts";
import { checkIntegrity, type IntegrityReport } from "../inspect/integrity-check.ts";
import { FIRST_SCHEMA_WITH_STATE, schemaVersion } from "../schema.ts";
import { StoreDamaged } from "../store-unusable.ts";
import { fileTime } from "./backup.ts";
import { type EndCounts, endAgain } from "./reapplied-token-ends.ts";
import { copyStore, withCopyErrors } from "./store-copy.ts";
import { replaceStore } from "./store-replacement.ts";

const END_EVENTS = `SELECT id FROM audit_event WHERE action <> 'api-token.create' AND
  (${END_KEYS.map((key) => `json_type(changes, '$.${key}') IS NOT NULL`).join(" OR ")})`;
const NOTE = "INSERT INTO restoration (at, last_event, ended, complete) VALUES (?, ?, ?, ?)";

/**
 * A checked copy of a backup, beside the store that it will replace. It has the schema of the backup, so that an older
 * version can use it. The caller holds the lock of servers.
 */
export class Restoration {
  readonly #directory: DataDirectory;
  /** The directory in which the copy is prepared. */
  readonly #prepared: DataDirectory;
  readonly integrity: IntegrityReport;
  readonly lastEvent: LastEvent | null;
  /** The id of the backup's store, as in its revocation log. */
  readonly storeId: string;

  /** Throws StoreUnusable if the backup is not sound, or there is no room for the copy. */
  constructor(directory: DataDirectory, backup: StoreFile, acceptance: Acceptance) {
    this.#directory = directory;
    refuseInWorkingDirectory(directory, backup.database);
    removeWorkingDirectories(directory);
    this.#prepared = makeWorkingDirectory(directory);
    try {
      this.integrity = copyStore({ from: backup, to: this.#prepared.database, acceptance });
    } catch (error) {
      this.discard();
      throw error instanceof StoreDamaged ? damagedBackup(backup.database, error) : error;
    }
    using copy = new Database(this.#prepared.database, { readonly: true });
    const { id, lastEvent } = stateOf(copy);
    this.lastEvent = lastEvent;
    this.storeId = id;
  }

  /** The ids of the audit events of the backup by which a token ended or got another expiry. */
  endEvents(): readonly string[] {
    using copy = new Database(this.#prepared.database, { readonly: true });
    return copy
      .query<{ id: string }, []>(END_EVENTS)
      .all()
      .map(({ id }) => id);
  }

  /** Ends the tokens of the copy that ended after the backup, and records the restore in it. */
  end(ends: Iterable<KnownEnd>, lastEvent: string | null, isComplete: boolean): EndCounts {
    const { database } = this.#prepared;
    return withCopyErrors(database, () => this.#endIn(database, ends, lastEvent, isComplete));
  }

  #endIn(path: string, ends: Iterable<KnownEnd>, lastEvent: string | null, isComplete: boolean): EndCounts {
    using copy = new Database(path, { readwrite: true });
    const counts = endAgain(copy, ends, lastEvent);
    const ended = counts.revoked + counts.replaced + counts.shortened;
    if (schemaVersion(copy) >= FIRST_SCHEMA_WITH_STATE)
      copy.query(NOTE).run(secondsOf(Date.now()), this.lastEvent?.id ?? null, ended, isComplete ? 1 : 0);
    return counts;
  }

  /** Replaces the store. Returns the directory with the old one; null where there was none. */
  takePlace(): string | null {
    checkIntegrity(this.#prepared);
    const aside = freePath(join(this.#directory.path, `replaced-${fileTime(new Date())}`));
    return replaceStore(this.#directory, this.#prepared.database, aside) ? aside : null;
  }

  /** Removes the copy, unless it replaced the store. */
  discard(): void {
    removeWorkingDirectory(this.#prepared);
  }
}

/** The error for a damaged backup. */
export function damagedBackup(path: string, { faults }: StoreDamaged): StoreDamaged {
  const [fault = ""] = faults;
  return new StoreDamaged(
    `The backup ${path} is damaged: ${fault.replaceAll("\n", " ")}. Use another one. Nothing was changed.`,
    faults,
  );
}

/** The path, with a number at its end where there is something already. */
function freePath(path: string): string {
  let free = path;
  for (let count = 2; existsSync(free); count += 1) free = `${path}-${count}`;
  return free;
}

import { Database } from "bun:sqlite";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { KnownEnd } from "../tokens/known-end.ts";
import { secondsOf, type UnixSeconds } from "../tokens/time.ts";
import { fileTime } from "./backup.ts";
import { DataDirectory } from "./data-directory.ts";
import { type EndCounts, endAgain } from "./ended-again.ts";
import type { Acceptance, StoreFile } from "./examination.ts";
import { storeMark } from "./revocation-log.ts";
import { FIRST_SCHEMA_WITH_STATE, schemaVersion } from "./schema.ts";
import { checkSoundness, type Soundness } from "./soundness.ts";
import { copyStore } from "./store-copy.ts";
import { replaceStore } from "./store-replacement.ts";

const LAST_EVENT = "SELECT id, at FROM audit_event ORDER BY id DESC LIMIT 1";
const NOTE = "INSERT INTO restoration (at, last_event, ended, complete) VALUES (?, ?, ?, ?)";
const NO_KEY = new Uint8Array();

/** The last thing that was done to a token in a backup. */
export interface LastEvent {
  readonly id: string;
  readonly at: UnixSeconds;
}

/**
 * A checked copy of a backup beside the store whose place it is to take. It keeps its schema, so that an older version
 * can go on with it. Whoever makes it has the lock of servers.
 */
export class Restoration {
  readonly #directory: DataDirectory;
  /** Where the copy is prepared, out of everybody's way. */
  readonly #prepared: DataDirectory;
  readonly soundness: Soundness;
  readonly lastEvent: LastEvent | null;
  /** What a revocation log calls the store that the backup is of. */
  readonly storeMark: string;

  /** Throws StoreUnusable if the backup is not sound, or there is no room for the copy. */
  constructor(directory: DataDirectory, backup: StoreFile, acceptance: Acceptance) {
    this.#directory = directory;
    this.#prepared = new DataDirectory(join(directory.path, "restoring"));
    this.discard();
    mkdirSync(this.#prepared.path, { mode: 0o700 });
    try {
      this.soundness = copyStore({ from: backup, to: this.#prepared.database, acceptance });
    } catch (error) {
      this.discard();
      throw error;
    }
    using copy = new Database(this.#prepared.database, { readonly: true });
    this.lastEvent = copy.query<LastEvent, []>(LAST_EVENT).get();
    const row = copy.query<{ key: Uint8Array }, []>("SELECT key FROM cursor_key").get();
    this.storeMark = storeMark(row?.key ?? NO_KEY);
  }

  /** Ends the tokens of the copy as they had ended since, and notes in it that it was restored. */
  end(ends: Iterable<KnownEnd>, lastEvent: string | null, isComplete: boolean): EndCounts {
    using copy = new Database(this.#prepared.database, { readwrite: true });
    const counts = endAgain(copy, ends, lastEvent);
    const ended = counts.revoked + counts.replaced + counts.shortened;
    if (schemaVersion(copy) >= FIRST_SCHEMA_WITH_STATE)
      copy.query(NOTE).run(secondsOf(Date.now()), this.lastEvent?.id ?? null, ended, isComplete ? 1 : 0);
    return counts;
  }

  /** Puts the copy into its place; gives where the store is kept that was there, or null if there was none. */
  takePlace(): string | null {
    checkSoundness(this.#prepared);
    const aside = join(this.#directory.path, `replaced-${fileTime(new Date())}`);
    return replaceStore(this.#directory, this.#prepared.database, aside) ? aside : null;
  }

  /** Removes the copy where it did not come into its place. */
  discard(): void {
    rmSync(this.#prepared.path, { recursive: true, force: true });
  }
}

import { closeSync, constants, existsSync, fstatSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { reasonOf } from "../../../system-errors.ts";
import type { AuditEvent } from "../../../tokens/audit/audit-event.ts";
import {
  endLines,
  firstLine,
  isEnd,
  parseLines,
  type RevocationLines,
} from "../../../tokens/revocation/revocation-log-lines.ts";
import { syncDirectory } from "../file/data-directory.ts";
import type { SqliteAuditTrail } from "../sqlite-audit-trail.ts";
import { StoreUnusable } from "../store-unusable.ts";
import {
  appendOrLeave,
  dropTornLine,
  endsOf,
  extentOf,
  isTornStart,
  openLog,
} from "./revocation-log-file.ts";
import { readRevocationLog } from "./revocation-log-reading.ts";

const SLICE_SIZE = 1000;

/**
 * How another program changed the end of the file. `lines gone`: lines of this store were missing, and were written again.
 * `lines of another store`: a store with the same key, such as a copy of this one, wrote to it.
 */
export type LogChange = "lines gone" | "lines of another store" | "emptied";

const APPENDING = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT;

/**
 * Appends every end of a token to a file, from the audit trail of a store. Opens the file anew for each write: where it was
 * moved away or emptied, begins another one. Where it was changed, goes on from the last line that the store knows, so
 * that nothing is missing.
 */
export class RevocationLog {
  readonly path: string;
  readonly #store: string;
  readonly #trail: SqliteAuditTrail;
  readonly #sync: (directory: string) => void;
  /** The last audit event that is in the file or needs no line; empty for none. */
  #known = "";
  /** The audit event of the last line; empty for none. */
  #written = "";
  /** The audit event of the last line that is of this store; empty for none. */
  #own = "";
  /** The changes since the last call of `catchUp` that succeeded. */
  readonly #changes = new Set<LogChange>();
  /** The extent of the file after the last write; null for none. */
  #extentBefore: string | null = null;
  /** Whether the name of a new file may not be on disk yet. */
  #isNameUnsynced = false;

  /**
   * Makes the file if it is missing. Throws StoreUnusable if there is a file that is not a log of this store, or it
   * cannot be opened for writing.
   */
  constructor(path: string, trail: SqliteAuditTrail, store: string, sync = syncDirectory) {
    this.path = path;
    this.#sync = sync;
    this.#store = store;
    this.#trail = trail;
    try {
      const log = this.#read(endsOf(path));
      this.#known = log === null ? "" : this.#lastOfStore(log);
      this.#written = log?.last ?? "";
      this.#own = this.#known;
      this.#extentBefore = this.#extent();
      this.#append([]);
      this.#syncName();
    } catch (error) {
      if (error instanceof StoreUnusable) throw error;
      if (!existsSync(dirname(path)))
        throw new StoreUnusable(
          `There is no directory ${dirname(path)} for the revocation log. Make it first.`,
        );
      throw new StoreUnusable(`The revocation log ${path} cannot be written: ${reasonOf(error)}.`, {
        cause: error,
      });
    }
  }

  /** Whether the event with this id is in the file, or needs no line there. */
  knows(id: string): boolean {
    return id <= this.#known;
  }

  /**
   * Writes the missing lines, on disk when this returns. Returns how another program changed the end of the file; after an
   * error, the next call that succeeds returns it. Throws an error of the file system or of the store.
   */
  catchUp(): readonly LogChange[] {
    this.#goOnAfterChange();
    const last = this.#trail.lastId() ?? "";
    while (this.#known < last) {
      const events = this.#trail.changesBetween(this.#known, last, SLICE_SIZE);
      if (this.#append(events)) this.#known = events.length < SLICE_SIZE ? last : (events.at(-1)?.id ?? last);
      else this.#goOnAfterChange();
    }
    this.#syncName();
    const changes = [...this.#changes];
    this.#changes.clear();
    return changes;
  }

  /** After a failure the lines are there nevertheless, and the next call tries again. */
  #syncName(): void {
    if (!this.#isNameUnsynced) return;
    this.#sync(dirname(this.path));
    this.#isNameUnsynced = false;
  }

  /** The ids of the tokens with an end that is not in the file yet. Throws StoreUnavailable if the store cannot be read. */
  missing(): readonly string[] {
    const last = this.#trail.lastId() ?? "";
    const events = this.#trail.changesBetween(this.#known, last, Number.MAX_SAFE_INTEGER);
    return [...new Set(events.filter(isEnd).map(({ target }) => target))];
  }

  /** Returns false, and writes nothing, where the file changed since the last write. */
  #append(events: readonly AuditEvent[]): boolean {
    const file = openLog(this.path, APPENDING);
    try {
      if (fstatSync(file).size > 0 && extentOf(fstatSync(file)) !== this.#extentBefore) return false;
      dropTornLine(file);
      const isNew = fstatSync(file).size === 0;
      const first = isNew ? [firstLine(this.#store, this.#written)] : [];
      const all = [...first, ...endLines(this.#written, events)];
      if (all.length > 0) appendOrLeave(file, `${all.join("\n")}\n`);
      this.#isNameUnsynced ||= isNew;
      const written = events.findLast(isEnd)?.id;
      this.#written = written ?? this.#written;
      this.#own = written ?? this.#own;
      this.#extentBefore = extentOf(fstatSync(file));
      return true;
    } finally {
      closeSync(file);
    }
  }

  /** Looks for a change of the file. Lines that are gone from its end are written again. */
  #goOnAfterChange(): void {
    const extent = this.#extent();
    if (extent === this.#extentBefore) return;
    if (extent !== null) {
      const log = this.#read(endsOf(this.path));
      if (log === null) this.#changes.add("emptied");
      else if (log.last !== this.#written) this.#goOnFrom(log);
    } else if (existsSync(this.path)) this.#changes.add("emptied");
    this.#extentBefore = extent;
  }

  #goOnFrom(log: RevocationLines): void {
    const last = this.#lastOfStore(log);
    if (last < this.#own) this.#changes.add("lines gone");
    if (last !== log.last) this.#changes.add("lines of another store");
    if (last < this.#known) this.#known = last;
    this.#own = last;
    this.#written = log.last;
  }

  /** Null where there is no file, or an empty one: another one begins there. */
  #extent(): string | null {
    const found = statSync(this.path, { throwIfNoEntry: false });
    return found === undefined || found.size === 0 ? null : extentOf(found);
  }

  /**
   * The last audit event in a log that the store has. Lines after it come from another store with the same key, such as a
   * copy, or from before a restore. The lines up to the last known one are unchanged.
   */
  #lastOfStore({ ends }: RevocationLines): string {
    const known = ends.findLastIndex(({ event }) => event === this.#written);
    const own = ends.slice(known + 1).findLast(({ event }) => this.#trail.has(event));
    if (own !== undefined) return own.event;
    return known === -1 ? this.#lastOfStoreInWhole() : this.#own;
  }

  #lastOfStoreInWhole(): string {
    const whole = this.#read(readRevocationLog(this.path));
    const events = [whole?.after ?? "", ...(whole?.ends ?? []).map(({ event }) => event)];
    return events.findLast((event) => this.#trail.has(event)) ?? "";
  }

  /** Null for a text without a whole first line. Throws StoreUnusable unless it is a log of this store. */
  #read(text: string): RevocationLines | null {
    if (text === "" || isTornStart(text)) return null;
    const log = parseLines(text);
    if (log === null) throw new StoreUnusable(`${this.path} is there already, and is not a revocation log.`);
    if (log.store !== this.#store)
      throw new StoreUnusable(`${this.path} is the revocation log of another store.`);
    return log;
  }
}

/** Throws StoreUnusable for a log with content where no store is yet: that store was lost, or is elsewhere. */
export function refuseLogOfLostStore(path: string | null): void {
  if (path === null || (statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0) return;
  throw new StoreUnusable(
    `There is no store, but ${path} is there already. Nothing was changed. If the store was lost, run "publisher restore BACKUP ` +
      `--revocations ${path}". For a new store, name another file with --revocation-log.`,
  );
}

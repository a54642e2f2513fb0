import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
} from "node:fs";
import { dirname } from "node:path";
import { endLine, firstLine, parseLines, type RevocationLines } from "../tokens/revocation-lines.ts";
import { syncDirectory } from "./data-directory.ts";
import { writeWholly } from "./file-bytes.ts";
import { reasonOf } from "./reason.ts";
import type { SqliteAuditTrail } from "./sqlite-audit-trail.ts";
import { StoreUnusable } from "./store-unusable.ts";

/** How many events are read and written at once. */
const SLICE_SIZE = 1000;

/** How much of the end of a log is read to find its last line; a line has some 200 bytes. */
const TAIL_BYTES = 65_536;

/**
 * Appends every end of a token to a file, from the audit trail of a store. The file is opened anew for each write:
 * where it was moved away, another one begins.
 */
export class RevocationLog {
  readonly #path: string;
  readonly #store: string;
  readonly #trail: SqliteAuditTrail;
  /** The last audit event that was dealt with; empty for none. */
  #known: string;

  /**
   * Makes the file if it is missing. Throws StoreUnusable if there is a file that is not a log of this store, or it
   * cannot be opened for writing.
   */
  constructor(path: string, trail: SqliteAuditTrail, store: string) {
    this.#path = path;
    this.#store = store;
    this.#trail = trail;
    try {
      this.#known = this.#lastEvent();
      this.#append([]);
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

  /** Writes what is missing, on disk before it returns. Throws an error of the file system or of the store. */
  catchUp(): void {
    const last = this.#trail.lastId() ?? "";
    while (this.#known < last) {
      const events = this.#trail.changesBetween(this.#known, last, SLICE_SIZE);
      this.#append(events.flatMap((event) => endLine(event) ?? []));
      this.#known = events.length < SLICE_SIZE ? last : (events.at(-1)?.id ?? last);
    }
  }

  /** The ids of the tokens whose end is not in the file yet. Throws StoreUnavailable if the store cannot be read. */
  missing(): readonly string[] {
    const last = this.#trail.lastId() ?? "";
    const tokens = this.#trail
      .changesBetween(this.#known, last, Number.MAX_SAFE_INTEGER)
      .filter((event) => endLine(event) !== null)
      .map(({ target }) => target);
    return [...new Set(tokens)];
  }

  #append(lines: readonly string[]): void {
    const file = openSync(this.#path, "a+", 0o600);
    try {
      dropTornLine(file);
      const isNew = fstatSync(file).size === 0;
      const first = isNew ? [firstLine(this.#store, this.#known)] : [];
      const all = [...first, ...lines];
      if (all.length === 0) return;
      appendOrLeave(file, `${all.join("\n")}\n`);
      if (isNew) syncDirectory(dirname(this.#path));
    } finally {
      closeSync(file);
    }
  }

  #lastEvent(): string {
    const text = endsOf(this.#path);
    if (text === "" || isTornStart(text)) return "";
    const log = parseLines(text);
    if (log === null) throw new StoreUnusable(`${this.#path} is there already, and is not a revocation log.`);
    if (log.store !== this.#store)
      throw new StoreUnusable(`${this.#path} is the revocation log of another store.`);
    return log.last;
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

/** What a log calls its store: a mark of its cursor key, which each of its backups has too. */
export function storeMark(cursorKey: Uint8Array): string {
  return createHash("sha256").update(cursorKey).digest("hex").slice(0, 16);
}

/** A revocation log that was read from a file. */
export interface RevocationFile extends RevocationLines {
  readonly path: string;
}

/** Reads logs of that store. Throws StoreUnusable for a file that is none, or is of another store. */
export function readRevocationLogs(
  paths: readonly string[],
  store: string,
  textOf: (path: string) => string = readRevocationLog,
): readonly RevocationFile[] {
  return paths.map((path) => {
    const log = parseLines(textOf(path));
    if (log === null) throw new StoreUnusable(`${path} is not a revocation log.`);
    if (log.store !== store)
      throw new StoreUnusable(`${path} is the revocation log of another store than the backup is of.`);
    return { ...log, path };
  });
}

/** The text of a log. Throws StoreUnusable for one that cannot be read. */
export function readRevocationLog(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new StoreUnusable(`The revocation log ${path} cannot be read: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
}

/** The first line of a file and its last ones; empty where there is no file. */
function endsOf(path: string): string {
  let descriptor: number;
  try {
    descriptor = openSync(path, "r");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
  try {
    const { size } = fstatSync(descriptor);
    if (size <= 2 * TAIL_BYTES) return textAt(descriptor, 0, size);
    const [first = ""] = textAt(descriptor, 0, TAIL_BYTES).split("\n");
    const [, ...last] = textAt(descriptor, size - TAIL_BYTES, TAIL_BYTES).split("\n");
    return [first, ...last].join("\n");
  } finally {
    closeSync(descriptor);
  }
}

/** Appends a text, on disk when this returns. Where that fails, the file stays as it was, and this throws. */
function appendOrLeave(file: number, text: string): void {
  const { size } = fstatSync(file);
  try {
    writeWholly(file, Buffer.from(text));
    fsyncSync(file);
  } catch (error) {
    ftruncateSync(file, size);
    throw error;
  }
}

/** How the lines of a log begin. */
const LINE_STARTS = [firstLine("", ""), '{"audit_event":"'].map((line) => line.slice(0, 16));

/** Removes the last line where a crash cut it short; its change is written again. Another file stays as it is. */
function dropTornLine(file: number): void {
  const { size } = fstatSync(file);
  const tail = textAt(file, Math.max(size - TAIL_BYTES, 0), Math.min(size, TAIL_BYTES));
  const torn = tail.slice(tail.lastIndexOf("\n") + 1);
  if (torn !== "" && isTornLine(torn)) ftruncateSync(file, size - Buffer.byteLength(torn));
}

function isTornStart(text: string): boolean {
  return !text.includes("\n") && isTornLine(text);
}

function isTornLine(text: string): boolean {
  return LINE_STARTS.some((start) => start.startsWith(text.slice(0, start.length)));
}

function textAt(file: number, offset: number, count: number): string {
  const bytes = Buffer.alloc(count);
  return bytes.toString("utf8", 0, readSync(file, bytes, 0, count, offset));
}

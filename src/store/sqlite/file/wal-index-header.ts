import { closeSync, constants, fstatSync, openSync, readSync, statfsSync } from "node:fs";
import type { OpenedFiles } from "./opened-files.ts";

/** The header is in the file twice, in the byte order of the machine: https://www.sqlite.org/walformat.html#the_wal_index_header */
const COPY_WORDS = 12;
const HEADER_BYTES = 2 * COPY_WORDS * Uint32Array.BYTES_PER_ELEMENT;
const VERSION = 3_007_000;
/** The offset of the byte that is 1 once the header is initialised. */
const IS_INITIALISED = 12;

/**
 * Linux file systems on which a read of a file returns what another process wrote through a mapping of it, as SQLite
 * writes the header. FUSE, 9P (a Windows drive in WSL) and network file systems can miss it. The numbers are those of
 * https://man7.org/linux/man-pages/man2/statfs.2.html and, for ZFS, of its own.
 */
const COHERENT_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0xef53, "ext4"],
  [0x58465342, "XFS"],
  [0x9123683e, "Btrfs"],
  [0xf2f52010, "F2FS"],
  [0x2fc12fc1, "ZFS"],
  [0x01021994, "tmpfs"],
  [0x794c7630, "overlayfs"],
]);

/**
 * The header of the WAL index, which is the start of the -shm file. It changes with every commit of any process, before
 * that commit can be acknowledged. Reading it takes no lock.
 */
export class WalIndexHeader {
  readonly #descriptor: number;
  readonly #words = new Uint32Array(2 * COPY_WORDS);
  readonly #bytes = new Uint8Array(this.#words.buffer);
  /** One copy, as it was at the last call. */
  readonly #last = new Uint32Array(COPY_WORDS);

  /** For a descriptor of a -shm file. */
  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /**
   * Opens the header of an open database. Returns null where it cannot be relied on: on other systems than Linux, on a
   * file system that is not in the list above, and without a -shm file, as for a store that is only read.
   */
  static open(database: string, files: OpenedFiles): WalIndexHeader | null {
    const path = `${database}-shm`;
    if (process.platform !== "linux" || !files.has(path) || files.replaced !== null) return null;
    if (!isCoherent(path)) return null;
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    // A descriptor of another file stays open all the same: see `close`.
    return files.holds(path, descriptor) ? new WalIndexHeader(descriptor) : null;
  }

  /**
   * Reads the header. Returns false if there was no commit since the last call. A commit that this does not see yet is not
   * acknowledged yet. Call it before you read the database: a commit in between is then reported by the next call.
   */
  hasChanged(): boolean {
    const isWhole = this.#read() && this.#isWhole();
    return this.#isNew() || !isWhole;
  }

  /**
   * Closes the descriptor if the file is deleted, as SQLite does with its last connection. Otherwise the descriptor stays
   * open until the process ends: closing it would drop the locks of all other connections of this process.
   * https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
   */
  close(): void {
    if (fstatSync(this.#descriptor).nlink === 0) closeSync(this.#descriptor);
  }

  #read(): boolean {
    try {
      return readSync(this.#descriptor, this.#bytes, 0, HEADER_BYTES, 0) === HEADER_BYTES;
    } catch {
      return false;
    }
  }

  /** Whether it is initialised, of the known version, and not being written at this moment. */
  #isWhole(): boolean {
    const words = this.#words;
    for (let word = 0; word < COPY_WORDS; word += 1)
      if (words[word] !== words[COPY_WORDS + word]) return false;
    return words[0] === VERSION && this.#bytes[IS_INITIALISED] === 1;
  }

  /** Remembers the header. Returns whether it differs from the last one. */
  #isNew(): boolean {
    let isNew = false;
    for (let word = 0; word < COPY_WORDS; word += 1) {
      isNew ||= this.#words[word] !== this.#last[word];
      this.#last[word] = this.#words[word] ?? 0;
    }
    return isNew;
  }
}

/** Whether a read of the file returns what another process wrote through a mapping of it. */
export function isCoherent(path: string): boolean {
  return COHERENT_FILE_SYSTEMS.has(statfsSync(path).type >>> 0);
}

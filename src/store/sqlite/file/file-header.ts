import { APPLICATION_ID } from "../schema.ts";
import { bytesAt } from "./file-bytes.ts";

// The header of a database file: https://www.sqlite.org/fileformat.html#the_database_header

const SQLITE_MAGIC = "SQLite format 3\0";
const WRITE_VERSION_OFFSET = 18;
const READ_VERSION_OFFSET = 19;
const WAL_VERSION = 2;
const APPLICATION_ID_OFFSET = 68;

export function isSqliteFile(path: string): boolean {
  return bytesAt(path, 0, SQLITE_MAGIC.length)?.toString("latin1") === SQLITE_MAGIC;
}

/** Whether a file has Publisher's application id. Does not look at the rest of the file. */
export function isPublisherFile(path: string): boolean {
  return isSqliteFile(path) && bytesAt(path, APPLICATION_ID_OFFSET, 4)?.readUInt32BE() === APPLICATION_ID;
}

export function isWalFile(path: string): boolean {
  return bytesAt(path, WRITE_VERSION_OFFSET, 1)?.at(0) === WAL_VERSION;
}

/** Puts a database file in memory into WAL mode. */
export function enterWalMode(file: Uint8Array): void {
  file[WRITE_VERSION_OFFSET] = WAL_VERSION;
  file[READ_VERSION_OFFSET] = WAL_VERSION;
}

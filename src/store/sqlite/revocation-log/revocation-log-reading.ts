import { closeSync, constants, readFileSync } from "node:fs";
import { reasonOf } from "../../../system-errors.ts";
import { parseLines, type RevocationLines } from "../../../tokens/revocation/revocation-log-lines.ts";
import { StoreUnusable } from "../store-unusable.ts";
import { openLog } from "./revocation-log-file.ts";

/** A revocation log that was read from a file. */
export interface RevocationFile extends RevocationLines {
  readonly path: string;
}

/** Reads logs of that store. Throws StoreUnusable for another file, and for the log of another store. */
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

/** The text of a log. Throws StoreUnusable for a file that cannot be read or is irregular. */
export function readRevocationLog(path: string): string {
  try {
    const file = openLog(path, constants.O_RDONLY);
    try {
      return readFileSync(file, "utf8");
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (error instanceof StoreUnusable) throw error;
    throw new StoreUnusable(`The revocation log ${path} cannot be read: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
}

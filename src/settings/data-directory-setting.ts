import { resolve } from "node:path";
import { InvalidArgumentError, Option } from "commander";
import { UsageError } from "./usage-error.ts";

export const DEFAULT_DATA_DIR = "./data";

export interface DataDirFlags {
  readonly dataDir: string;
}

/** The directory of the store, for every command that works on one. */
export function dataDirOption(): Option {
  return new Option("--data-dir <path>", "the directory of the store")
    .env("PUBLISHER_DATA_DIR")
    .default(DEFAULT_DATA_DIR, DEFAULT_DATA_DIR)
    .argParser(directory);
}

function directory(text: string): string {
  if (text !== "" && !text.includes("\0")) return text;
  throw new InvalidArgumentError("It must be the path of a directory.");
}

/** Bun puts this in place of bytes that are not UTF-8. */
const NOT_UTF8 = "\uFFFD";

/** Throws UsageError for a path that is not UTF-8, because Bun would open another directory. */
export function requireUtf8({ dataDir }: DataDirFlags): void {
  // The default is relative: the path of the working directory counts too.
  const path = resolve(dataDir);
  if (!path.includes(NOT_UTF8)) return;
  throw new UsageError(
    `The path of the data directory is not UTF-8: ${path}. Rename the directory, or choose another with --data-dir.`,
  );
}

import { Option } from "commander";
import { DEFAULTS } from "./config.ts";

/** For every command whose answer a program may want. */
export const JSON_FLAG = ["--json", "print what the API would answer"] as const;

/** Where the store is, for every command that works on one. */
export function dataDirOption(): Option {
  return new Option(
    "--data-dir <path>",
    setting("where the store is", "PUBLISHER_DATA_DIR", DEFAULTS.dataDir),
  );
}

/** What a flag is, and what says the same. */
export function setting(what: string, variable: string, fallback: string): string {
  return `${what} (or ${variable}; default ${fallback})`;
}

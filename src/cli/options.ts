import { Option } from "commander";
import { DEFAULTS } from "../settings/config.ts";

/** For every command whose answer a program may want. */
export const JSON_FLAG = ["--json", "print JSON, as the API answers it"] as const;

/** What `serve` takes from variables alone: a secret in an argument would be in the list of processes. */
export const FIRST_TOKEN_HELP = `
Variables without a flag:
  PUBLISHER_FIRST_TOKEN       the secret of the first token of a new store
  PUBLISHER_FIRST_TOKEN_FILE  a file with this secret`;

/** For every command that works on one token. */
export const TOKEN_ID = ["<ID>", 'the token\'s id, as "publisher token list" shows it'] as const;

/** Where the store is, for every command that works on one. */
export function dataDirOption(): Option {
  return new Option(
    "--data-dir <path>",
    setting("the directory of the store", "PUBLISHER_DATA_DIR", DEFAULTS.dataDir),
  );
}

/** What a flag is, and what says the same. */
export function setting(what: string, variable: string, fallback: string): string {
  return `${what} (or ${variable}; default ${fallback})`;
}

/** Where a server listens, for `serve` and for every command that asks one; `more` is about the port. */
export function listenOptions(more = ""): readonly Option[] {
  const listen = new Option(
    "--listen <address>",
    setting(
      "HOST:PORT or unix:PATH, in place of --host and --port; repeat for more",
      "PUBLISHER_LISTEN",
      "none",
    ),
  ).argParser((address: string, before?: string) =>
    before === undefined ? address : `${before},${address}`,
  );
  return [
    new Option(
      "--host <address>",
      setting("the address that the server listens on", "PUBLISHER_HOST", DEFAULTS.host),
    ),
    new Option(
      "--port <number>",
      setting(`the port of the server${more}`, "PUBLISHER_PORT", String(DEFAULTS.port)),
    ),
    listen,
  ];
}

/** For a flag that may be given again, or that has several values with commas between them. */
export function collect(name: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...name.split(",")];
}

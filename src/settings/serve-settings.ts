import { relative, resolve, sep } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { LOG_LEVELS, type LogLevel } from "../log/log-levels.ts";
import { type DataDirFlags, dataDirOption } from "./data-directory-setting.ts";
import { type Environment, unknownVariables } from "./environment-variables.ts";
import { type GivenFirstToken, givenFirstToken } from "./first-token-setting.ts";
import type { ListenAddress } from "./listen-addresses.ts";
import { addListenOptions, type ListenFlags, listenAddresses } from "./listen-options.ts";
import { runtimeWarnings } from "./runtime-variables.ts";
import { TrustedProxies, trustedProxies } from "./trusted-proxies.ts";
import { UsageError } from "./usage-error.ts";

interface ServeFlags extends DataDirFlags, ListenFlags {
  readonly socketMode: number;
  readonly logLevel: LogLevel;
  /** False after `--no-pages`. */
  readonly pages: boolean;
  readonly trustedProxies: TrustedProxies;
  readonly revocationLog?: string;
}

export interface ServeSettings extends DataDirFlags {
  /** One or more addresses. */
  readonly listen: readonly ListenAddress[];
  /** The permissions of Unix sockets, as of files. */
  readonly socketMode: number;
  readonly logLevel: LogLevel;
  /** Whether the server has the admin page and the Swagger page. */
  readonly pages: boolean;
  readonly trustedProxies: TrustedProxies;
  /** The absolute path of the revocation log; null for none. */
  readonly revocationLog: string | null;
  readonly firstToken: GivenFirstToken | null;
  /** Warnings about variables, each a sentence without its full stop. */
  readonly environmentWarnings: readonly string[];
}

/** Adds the options of `serve`. A flag wins over a variable, and a variable over the default. */
export function addServeOptions(serve: Command): Command {
  return addListenOptions(serve, "; 0 for a free one")
    .addOption(
      new Option("--socket-mode <mode>", "the permissions of Unix sockets")
        .env("PUBLISHER_SOCKET_MODE")
        .default(0o660, "660")
        .argParser(fileMode),
    )
    .addOption(dataDirOption())
    .addOption(
      new Option("--log-level <level>", "how much to log")
        .env("PUBLISHER_LOG_LEVEL")
        .default("info", "info")
        .choices(LOG_LEVELS),
    )
    .addOption(
      new Option(
        "--trusted-proxies <list>",
        "reverse proxies that Publisher trusts: it takes the client's address from their X-Forwarded-For",
      )
        .env("PUBLISHER_TRUSTED_PROXIES")
        .default(new TrustedProxies(), "none")
        .argParser(trustedProxies),
    )
    .addOption(
      new Option("--revocation-log <file>", "a file outside the data directory that keeps every revocation")
        .env("PUBLISHER_REVOCATION_LOG")
        .argParser(logFile),
    )
    .option("--no-pages", "serve the API alone, without the pages (or PUBLISHER_PAGES=off)");
}

/** The settings of the parsed command `serve`. Throws UsageError for a bad one. */
export function serveSettings(serve: Command): ServeSettings {
  const environment = process.env;
  const { pages, revocationLog = null, ...flags } = serve.opts<ServeFlags>();
  if (revocationLog !== null && isInside(flags.dataDir, revocationLog)) {
    const isVariable = serve.getOptionValueSource("revocationLog") === "env";
    const name = isVariable ? "PUBLISHER_REVOCATION_LOG" : "--revocation-log";
    throw new UsageError(`${name} must be ${LOG_FILE}, and is ${JSON.stringify(revocationLog)}.`);
  }
  return {
    listen: listenAddresses(flags),
    socketMode: flags.socketMode,
    dataDir: flags.dataDir,
    logLevel: flags.logLevel,
    pages: pages && hasPages(environment),
    trustedProxies: flags.trustedProxies,
    revocationLog,
    firstToken: givenFirstToken(environment),
    environmentWarnings: [...unknownVariables(environment), ...runtimeWarnings(environment)],
  };
}

function fileMode(text: string): number {
  if (/^0?[0-7]{3}$/.test(text)) return Number.parseInt(text, 8);
  throw new InvalidArgumentError("It must be the permissions of a file in three octal digits, such as 660.");
}

const LOG_FILE = "the path of a file outside the data directory, as both could be lost at once";

function logFile(text: string): string {
  if (text !== "" && !text.includes("\0")) return resolve(text);
  throw new InvalidArgumentError(`It must be ${LOG_FILE}.`);
}

function isInside(directory: string, path: string): boolean {
  return relative(directory, path).split(sep)[0] !== "..";
}

/** Commander ignores the value of a variable for a flag without one: PUBLISHER_PAGES=on would mean --no-pages. */
function hasPages({ PUBLISHER_PAGES: pages }: Environment): boolean {
  if (pages === undefined || pages === "on" || pages === "off") return pages !== "off";
  throw new UsageError(`PUBLISHER_PAGES must be on or off, and is ${JSON.stringify(pages)}.`);
}

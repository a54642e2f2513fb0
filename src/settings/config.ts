import { resolve } from "node:path";
import { isTrustedProxy } from "../http/auth/client-address.ts";
import { LOG_LEVELS, type LogLevel } from "../log/log-levels.ts";
import { type GivenFirstToken, givenFirstToken } from "./first-token-setting.ts";
import { unknownVariables } from "./known-variables.ts";
import { withoutServiceVariables } from "./kubernetes-variables.ts";
import {
  isHostToListenOn,
  isPort,
  type ListenAddress,
  listenAddressFrom,
  SOCKET_PATH_BYTES,
} from "./listen-addresses.ts";
import { revocationLogReader } from "./revocation-log-setting.ts";
import { runtimeWarnings } from "./runtime-variables.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** What was asked for cannot be understood; the message says what would be right. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export const DEFAULTS = {
  host: "127.0.0.1",
  port: 8080,
  listen: "",
  socketMode: 0o660,
  dataDir: "./data",
  logLevel: "info",
  pages: "on",
  trustedProxies: "",
} as const;

export interface DataDirFlags {
  readonly dataDir?: string;
}

export interface ListenFlags {
  readonly host?: string;
  readonly port?: string;
  /** With commas between them where the flag was given more than once. */
  readonly listen?: string;
}

export interface ServeFlags extends DataDirFlags, ListenFlags {
  readonly socketMode?: string;
  readonly logLevel?: string;
  /** False where `--no-pages` was given. */
  readonly pages?: boolean;
  readonly trustedProxies?: string;
  readonly revocationLog?: string;
}

export interface ServeSettings {
  /** One at least. */
  readonly listen: readonly ListenAddress[];
  /** The permissions of Unix sockets, as of files. */
  readonly socketMode: number;
  readonly dataDir: string;
  readonly logLevel: LogLevel;
  /** Whether the admin page and the Swagger page are served. */
  readonly pages: boolean;
  /** Addresses, CIDR blocks and `unix`: Publisher believes the `X-Forwarded-For` of these. */
  readonly trustedProxies: readonly string[];
  /** The file that every end of a token is appended to; null for none. */
  readonly revocationLog: string | null;
  readonly firstToken: GivenFirstToken | null;
  /** Warnings about variables, each a sentence without its full stop. */
  readonly environmentWarnings: readonly string[];
}

/** What `serve` works with: flags over environment over default. Throws UsageError for a bad value. */
export function serveSettings(flags: ServeFlags, everyVariable: Environment): ServeSettings {
  const environment = withoutServiceVariables(everyVariable);
  const choose = chooser(environment);
  return {
    listen: listenSetting(flags, environment),
    socketMode: choose(
      flags.socketMode,
      "--socket-mode",
      "PUBLISHER_SOCKET_MODE",
      DEFAULTS.socketMode,
      readMode,
    ),
    dataDir: dataDirSetting(flags, environment),
    logLevel: choose(flags.logLevel, "--log-level", "PUBLISHER_LOG_LEVEL", DEFAULTS.logLevel, readLogLevel),
    pages:
      flags.pages !== false &&
      choose(undefined, "--no-pages", "PUBLISHER_PAGES", DEFAULTS.pages, readSwitch) === "on",
    trustedProxies: listed(
      choose(
        flags.trustedProxies,
        "--trusted-proxies",
        "PUBLISHER_TRUSTED_PROXIES",
        DEFAULTS.trustedProxies,
        readBlocks,
      ),
    ),
    revocationLog:
      choose<string>(
        flags.revocationLog,
        "--revocation-log",
        "PUBLISHER_REVOCATION_LOG",
        "",
        revocationLogReader(dataDirSetting(flags, environment)),
      ) || null,
    firstToken: givenFirstToken(environment),
    environmentWarnings: [...unknownVariables(environment), ...runtimeWarnings(environment)],
  };
}

/**
 * Where to listen: `--listen` alone, or the host and the port. Both together could mean that both are wanted, so that
 * is refused; but a flag goes over the environment here too.
 */
export function listenSetting(flags: ListenFlags, everyVariable: Environment): readonly ListenAddress[] {
  const environment = withoutServiceVariables(everyVariable);
  const choose = chooser(environment);
  const listen = choose(flags.listen, "--listen", "PUBLISHER_LISTEN", DEFAULTS.listen, readListen);
  if (listen === "") {
    const host = choose(flags.host, "--host", "PUBLISHER_HOST", DEFAULTS.host, readHost);
    return [{ host, port: choose(flags.port, "--port", "PUBLISHER_PORT", DEFAULTS.port, readPort) }];
  }
  const other = ["--host", "--port"].find((_, index) => [flags.host, flags.port][index] !== undefined);
  const variable = ["PUBLISHER_HOST", "PUBLISHER_PORT"].find((name) => environment[name]);
  const clash = other ?? (flags.listen === undefined ? variable : undefined);
  if (clash === undefined) return listed(listen).flatMap((part) => listenAddressFrom(part) ?? []);
  const name = flags.listen === undefined ? "PUBLISHER_LISTEN" : "--listen";
  throw new UsageError(`${clash} does not go with ${name}: give the address there, as in 127.0.0.1:8080.`);
}

/** Bun puts this in place of bytes that are not UTF-8. */
const NOT_UTF8 = "\uFFFD";

/**
 * The data directory: flag over environment over default. Throws UsageError for one whose path is not UTF-8, also where
 * that is the working directory: Bun would open another directory.
 */
export function dataDirSetting(flags: DataDirFlags, environment: Environment): string {
  const choose = chooser(environment);
  const dataDir = choose(flags.dataDir, "--data-dir", "PUBLISHER_DATA_DIR", DEFAULTS.dataDir, readDirectory);
  const path = resolve(dataDir);
  if (!path.includes(NOT_UTF8)) return dataDir;
  throw new UsageError(
    `The path of the data directory is not UTF-8: ${path}. Rename the directory, or choose another with --data-dir.`,
  );
}

/** Reads one value, or gives what ends the sentence "NAME must be …". */
type Read<Value> = (text: string) => Value | Expected;

interface Expected {
  readonly expected: string;
  /** The part that is not so, of several. */
  readonly wrong?: string;
}

function chooser(environment: Environment) {
  return <Value extends string | number>(
    flag: string | undefined,
    flagName: string,
    variable: string,
    fallback: Value,
    read: Read<Value>,
  ): Value => {
    if (flag !== undefined) return valid(flagName, flag, read);
    const set = environment[variable];
    return set === undefined || set === "" ? fallback : valid(variable, set, read);
  };
}

function valid<Value extends string | number>(name: string, text: string, read: Read<Value>): Value {
  const value = read(text);
  if (typeof value !== "object") return value;
  const { expected, wrong } = value;
  const given = wrong === undefined ? `is ${JSON.stringify(text)}` : `has ${JSON.stringify(wrong)}`;
  throw new UsageError(`${name} must be ${expected}, and ${given}.`);
}

function readHost(text: string): string | Expected {
  return isHostToListenOn(text)
    ? text
    : { expected: "a host name or an address to listen on, such as 127.0.0.1" };
}

function readPort(text: string): number | Expected {
  return isPort(text) ? Number(text) : { expected: "a port from 0 to 65535 (0 for a free one)" };
}

function readListen(text: string): string | Expected {
  const parts = text === "" ? [text] : listed(text);
  const wrong = parts.find((part) => listenAddressFrom(part) === null);
  return wrong === undefined
    ? text
    : {
        expected:
          "addresses with commas between them, such as 127.0.0.1:8080, [::1]:8080 or " +
          `unix:/run/publisher/publisher.sock (a path of at most ${SOCKET_PATH_BYTES} bytes)`,
        wrong,
      };
}

function readMode(text: string): number | Expected {
  return /^0?[0-7]{3}$/.test(text)
    ? Number.parseInt(text, 8)
    : { expected: "the permissions of a file in three octal digits, such as 660" };
}

function readDirectory(text: string): string | Expected {
  return text === "" || text.includes("\0") ? { expected: "the path of a directory" } : text;
}

function readLogLevel(text: string): LogLevel | Expected {
  return LOG_LEVELS.find((level) => level === text) ?? { expected: `one of ${LOG_LEVELS.join(", ")}` };
}

function readBlocks(text: string): string | Expected {
  const wrong = listed(text).find((part) => !isTrustedProxy(part));
  return wrong === undefined
    ? text
    : {
        expected: "addresses, CIDR blocks or unix with commas between them, such as 127.0.0.1,10.0.0.0/8",
        wrong,
      };
}

function listed(text: string): readonly string[] {
  return text === "" ? [] : text.split(",").map((part) => part.trim());
}

function readSwitch(text: string): "on" | "off" | Expected {
  return text === "on" || text === "off" ? text : { expected: "on or off" };
}

import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { isAddressBlock } from "./http/client-address.ts";
import { LOG_LEVELS, type LogLevel } from "./log-levels.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** What was asked for cannot be understood; the message says what would be right. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export const DEFAULTS = {
  host: "127.0.0.1",
  port: 8080,
  dataDir: "./data",
  logLevel: "info",
  pages: "on",
  trustedProxies: "",
} as const;

/** Every environment variable that is read. */
const VARIABLES = [
  "PUBLISHER_HOST",
  "PUBLISHER_PORT",
  "PUBLISHER_DATA_DIR",
  "PUBLISHER_LOG_LEVEL",
  "PUBLISHER_PAGES",
  "PUBLISHER_TRUSTED_PROXIES",
  "PUBLISHER_FIRST_TOKEN",
  "PUBLISHER_FIRST_TOKEN_FILE",
];

export interface DataDirFlags {
  readonly dataDir?: string;
}

export interface ServeFlags extends DataDirFlags {
  readonly host?: string;
  readonly port?: string;
  readonly logLevel?: string;
  /** False where `--no-pages` was given. */
  readonly pages?: boolean;
  readonly trustedProxies?: string;
}

export interface ServeSettings {
  readonly host: string;
  /** 0 for a free one. */
  readonly port: number;
  readonly dataDir: string;
  readonly logLevel: LogLevel;
  /** Whether the admin page and the Swagger page are served. */
  readonly pages: boolean;
  /** Addresses and CIDR blocks whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  readonly firstToken: GivenFirstToken | null;
  /** Variables that look like settings and are none. */
  readonly unknownVariables: readonly string[];
}

/** The first token's secret as the operator gives it, and where. */
export interface GivenFirstToken {
  readonly variable: "PUBLISHER_FIRST_TOKEN" | "PUBLISHER_FIRST_TOKEN_FILE";
  readonly secret: string | null;
  /** Why there is no secret, in a sentence without its full stop; a store in use can do without. */
  readonly fault: string | null;
}

/** What `serve` works with: flags over environment over default. Throws UsageError for a bad value. */
export function serveSettings(flags: ServeFlags, environment: Environment): ServeSettings {
  const choose = chooser(environment);
  return {
    host: choose(flags.host, "--host", "PUBLISHER_HOST", DEFAULTS.host, readHost),
    port: choose(flags.port, "--port", "PUBLISHER_PORT", DEFAULTS.port, readPort),
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
    firstToken: givenFirstToken(environment),
    unknownVariables: Object.keys(environment).filter(
      (name) => name.startsWith("PUBLISHER_") && !VARIABLES.includes(name),
    ),
  };
}

/** The data directory: flag over environment over default. */
export function dataDirSetting(flags: DataDirFlags, environment: Environment): string {
  const choose = chooser(environment);
  return choose(flags.dataDir, "--data-dir", "PUBLISHER_DATA_DIR", DEFAULTS.dataDir, readDirectory);
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
  const isName = /^[a-z\d][a-z\d.-]*$/i.test(text);
  return isName || isIP(text) !== 0
    ? text
    : { expected: "a host name or an address to listen on, such as 127.0.0.1" };
}

function readPort(text: string): number | Expected {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return port <= 65_535 ? port : { expected: "a port from 0 to 65535 (0 for a free one)" };
}

function readDirectory(text: string): string | Expected {
  return text === "" || text.includes("\0") ? { expected: "the path of a directory" } : text;
}

function readLogLevel(text: string): LogLevel | Expected {
  return LOG_LEVELS.find((level) => level === text) ?? { expected: `one of ${LOG_LEVELS.join(", ")}` };
}

function readBlocks(text: string): string | Expected {
  const wrong = listed(text).find((part) => !isAddressBlock(part));
  return wrong === undefined
    ? text
    : { expected: "addresses or CIDR blocks with commas between them, such as 127.0.0.1,10.0.0.0/8", wrong };
}

function listed(text: string): readonly string[] {
  return text === "" ? [] : text.split(",").map((part) => part.trim());
}

function readSwitch(text: string): "on" | "off" | Expected {
  return text === "on" || text === "off" ? text : { expected: "on or off" };
}

function givenFirstToken(environment: Environment): GivenFirstToken | null {
  const secret = environment.PUBLISHER_FIRST_TOKEN || null;
  const path = environment.PUBLISHER_FIRST_TOKEN_FILE || null;
  if (secret !== null && path !== null) {
    const fault = "PUBLISHER_FIRST_TOKEN and PUBLISHER_FIRST_TOKEN_FILE are both set; set one of them";
    return { variable: "PUBLISHER_FIRST_TOKEN", secret: null, fault };
  }
  if (secret !== null) return { variable: "PUBLISHER_FIRST_TOKEN", secret, fault: null };
  return path === null ? null : firstTokenFrom(path);
}

function firstTokenFrom(path: string): GivenFirstToken {
  const variable = "PUBLISHER_FIRST_TOKEN_FILE";
  try {
    return { variable, secret: readFileSync(path, "utf8").trim(), fault: null };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { variable, secret: null, fault: `${variable} names a file that cannot be read: ${reason}` };
  }
}

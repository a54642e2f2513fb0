import { err } from "pino-std-serializers";
import { excerpt, withoutPlainSecrets, withoutSecrets } from "../tokens/secret/redaction.ts";
import { visible } from "../tokens/visible-text.ts";
import { LOG_LEVELS, type LogLevel } from "./log-levels.ts";

/** The longest logged path, in characters. */
const PATH_LIMIT = 256;

/** The fields of a line, where it has any, and its message. A field `error` may be any thrown value. */
type Line = readonly [message: string] | readonly [fields: object, message: string];

/** A log of JSON lines with times in UTC. No line holds a secret or a hidden character. */
export class Log {
  readonly #level: LogLevel;
  readonly #stream: LineStream;

  constructor(level: LogLevel, stream: LineStream) {
    this.#level = level;
    this.#stream = stream;
  }

  get level(): LogLevel {
    return this.#level;
  }

  isLevelEnabled(level: LogLevel): boolean {
    return LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(this.#level);
  }

  debug(...line: Line): void {
    this.#write("debug", line);
  }

  info(...line: Line): void {
    this.#write("info", line);
  }

  warn(...line: Line): void {
    this.#write("warn", line);
  }

  error(...line: Line): void {
    this.#write("error", line);
  }

  #write(level: LogLevel, line: Line): void {
    if (!this.isLevelEnabled(level)) return;
    const [fields, message] = line.length === 1 ? [{}, ...line] : line;
    const time = new Date().toISOString();
    this.#stream.write(`${readable(JSON.stringify({ level, time, ...withPlainError(fields), message }))}\n`);
  }
}

interface LineStream {
  write(line: string): void;
}

export function makeLog(level: LogLevel, stream: LineStream): Log {
  return new Log(level, stream);
}

function withPlainError(fields: { readonly error?: unknown }): object {
  return fields.error === undefined ? fields : { ...fields, error: errorFields(fields.error) };
}

/**
 * JSON for a line of the log, without secrets and hidden characters. Controls below U+0020 are escaped already. Most of
 * it is plain ASCII.
 */
export function readable(line: string): string {
  const clean = withoutPlainSecrets(line);
  const isPlain = Buffer.byteLength(clean) === clean.length && !clean.includes("\u007f");
  return isPlain ? clean : visible(clean);
}

/** The logged levels of an error's fields. */
const FIELD_DEPTH = 3;

/** The fields of a thrown value, mostly an Error. Its texts can quote a caller, so secrets are taken out. */
function errorFields(thrown: unknown): unknown {
  return fieldsOf(thrown instanceof Error ? { ...err(thrown) } : thrown, FIELD_DEPTH);
}

function fieldsOf(value: unknown, depth: number): unknown {
  if (typeof value === "number" || typeof value === "boolean" || value === null) return value;
  if (typeof value !== "object") return withoutSecrets(String(value));
  if (depth === 0) return "…";
  const fields = Object.entries(value).map(([name, field]) => [
    withoutSecrets(name),
    fieldsOf(field, depth - 1),
  ]);
  return Object.fromEntries(fields);
}

/** Text of a caller for the log: without secrets, and cut short. */
export function loggable(text: string): string {
  return excerpt(text, PATH_LIMIT);
}

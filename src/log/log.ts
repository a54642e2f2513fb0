import pino, { type DestinationStream, type Logger } from "pino";
import { excerpt, withoutPlainSecrets, withoutSecrets } from "../tokens/secret/redaction.ts";
import { visible } from "../tokens/visible-text.ts";
import type { LogLevel } from "./log-levels.ts";

export type Log = Logger;
/** The longest logged path, in characters. */
const PATH_LIMIT = 256;

/** A log of JSON lines with times in UTC. No line holds a secret or a hidden character. */
export function makeLog(level: LogLevel, stream: DestinationStream): Log {
  return pino(
    {
      level,
      base: null,
      messageKey: "message",
      errorKey: "error",
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: errorFields },
    },
    { write: (line) => stream.write(`${readable(line.trimEnd())}\n`) },
  );
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
  return fieldsOf(thrown instanceof Error ? { ...pino.stdSerializers.err(thrown) } : thrown, FIELD_DEPTH);
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

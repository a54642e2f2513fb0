import pino, { type DestinationStream, type Logger } from "pino";
import type { LogLevel } from "./log-levels.ts";
import { withoutSecrets } from "./tokens/secret.ts";

export type Log = Logger;
/** The longest path that the log keeps. */
const PATH_LIMIT = 256;

/** A log of JSON lines with times in UTC. */
export function makeLog(level: LogLevel, stream: DestinationStream): Log {
  return pino(
    {
      level,
      base: null,
      messageKey: "message",
      errorKey: "error",
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    escaping(stream),
  );
}

/** JSON leaves these as they are; a terminal may take them for commands, and a reader for the end of a line. */
const UNESCAPED_CONTROLS = /[\u007f-\u009f\u2028\u2029]/g;

function escaping(stream: DestinationStream): DestinationStream {
  return { write: (line) => stream.write(line.replaceAll(UNESCAPED_CONTROLS, escaped)) };
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** Text from a caller as the log may keep it: cut short, and without what could be a secret, encoded or not. */
export function loggable(text: string): string {
  const clean = withoutSecrets(text.includes("%") ? revealed(text) : text);
  return clean.length > PATH_LIMIT ? `${clean.slice(0, PATH_LIMIT)}…` : clean;
}

/** The text decoded, if that shows a secret. */
function revealed(text: string): string {
  try {
    const decoded = decodeURIComponent(text);
    return withoutSecrets(decoded) === decoded ? text : decoded;
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

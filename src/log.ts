import pino, { type DestinationStream, type Logger } from "pino";
import { SonicBoom } from "sonic-boom";
import type { LogLevel } from "./log-levels.ts";
import { withoutSecrets } from "./tokens/secret.ts";

export type Log = Logger;
const STDERR = 2;

/** Lines are written together: each write wakes another thread, which costs as much as the request itself. */
const CHUNK_BYTES = 4096;

/** How long a line waits for others to be written with. */
const FLUSH_AFTER_MS = 50;

const END_LIMIT_MS = 1000;

/** What may wait for a reader that is slower than the server; beyond it, lines are dropped and the server goes on. */
const BACKLOG_LIMIT_BYTES = 16 * 1024 * 1024;

/** The longest path that the log keeps. */
const PATH_LIMIT = 256;

export interface LogStream extends DestinationStream {
  /** Writes out what still waits, for a second at most: there may be nobody who reads it. */
  end(): Promise<void>;
}

/** The log's way out: JSON lines on stderr, written beside the requests and not in them. */
export function stderrStream(): LogStream {
  // Pino's own destination would wait, as the process ends, for a reader that may never come.
  const destination = new SonicBoom({
    fd: STDERR,
    sync: false,
    minLength: CHUNK_BYTES,
    maxLength: BACKLOG_LIMIT_BYTES,
  });
  // Nobody is left to be told that the log cannot be written, and the server can do without it.
  destination.on("error", () => undefined);
  let isWaiting = false;
  const flush = () => {
    isWaiting = false;
    destination.flush();
  };
  return {
    write(line) {
      destination.write(line);
      if (isWaiting) return;
      isWaiting = true;
      setTimeout(flush, FLUSH_AFTER_MS).unref();
    },
    end: () =>
      new Promise((resolve) => {
        destination.once("close", resolve);
        destination.end();
        setTimeout(resolve, END_LIMIT_MS);
      }),
  };
}

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

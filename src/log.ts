import pino, { type DestinationStream, type Logger } from "pino";
import type { LogLevel } from "./log-levels.ts";
import { withoutSecrets } from "./tokens/secret.ts";

export type Log = Logger;
const STDERR = 2;

/** Lines are written together: each write wakes another thread, which costs as much as the request itself. */
const CHUNK_BYTES = 4096;

/** How long a line waits for others to be written with. */
const FLUSH_AFTER_MS = 50;

/** What may wait for a reader that is slower than the server; beyond it, lines are dropped and the server goes on. */
const BACKLOG_LIMIT_BYTES = 16 * 1024 * 1024;

/** The longest path that the log keeps. */
const PATH_LIMIT = 256;

export interface LogStream extends DestinationStream {
  /** Writes out what still waits. */
  flushSync(): void;
}

/** The log's way out: JSON lines on stderr, written beside the requests and not in them. */
export function stderrStream(): LogStream {
  const destination = pino.destination({
    dest: STDERR,
    sync: false,
    minLength: CHUNK_BYTES,
    maxLength: BACKLOG_LIMIT_BYTES,
  });
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
    flushSync: () => destination.flushSync(),
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
    stream,
  );
}

/**
 * Text from a caller as the log may keep it: cut short, without what could be a secret, and without the control
 * characters that JSON does not escape by itself.
 */
export function loggable(text: string): string {
  const short = text.length > PATH_LIMIT ? `${text.slice(0, PATH_LIMIT)}…` : text;
  return withoutSecrets(short).replaceAll(/[\u007f-\u009f\u2028\u2029]/g, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

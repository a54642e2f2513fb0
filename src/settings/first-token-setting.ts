import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

/** The first token's secret from the operator, and its variable. */
export interface GivenFirstToken {
  readonly variable: "PUBLISHER_FIRST_TOKEN" | "PUBLISHER_FIRST_TOKEN_FILE";
  readonly secret: string | null;
  /** The reason for a missing secret, a sentence without its full stop. A store in use needs no secret. */
  readonly fault: string | null;
}

/** The first token in the environment; null for none. */
export function givenFirstToken(
  environment: Readonly<Record<string, string | undefined>>,
): GivenFirstToken | null {
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
    return { variable, secret: textOf(path).trim(), fault: null };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { variable, secret: null, fault: `${variable} names a file that cannot be read: ${reason}` };
  }
}

/** Far more than a secret and the line ends that an editor adds. */
const BYTE_LIMIT = 4096;

/** The time limit for a pipe without a program that writes to it. */
const WRITER_LIMIT_MS = 5000;

const POLL_MS = 20;

/** The text of a file or of a symbolic link to it: Kubernetes mounts secrets as links. */
function textOf(path: string): string {
  // Without NONBLOCK, opening a pipe waits for ever for a program that writes to it.
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const bytes = Buffer.alloc(BYTE_LIMIT + 1);
    let length = readStart(file, bytes);
    for (let count = length; count > 0; length += count) count = readSoon(file, bytes, length);
    if (length > BYTE_LIMIT) throw new Error(`it has more than ${BYTE_LIMIT} bytes`);
    return bytes.toString("utf8", 0, length);
  } finally {
    closeSync(file);
  }
}

/** Reads the first bytes. A pipe can be empty at first: its writer comes soon, or never. */
function readStart(file: number, bytes: Buffer): number {
  const deadline = performance.now() + WRITER_LIMIT_MS;
  for (;;) {
    const count = readSoon(file, bytes, 0);
    if (count > 0 || !fstatSync(file).isFIFO()) return count;
    if (performance.now() > deadline) throw new Error("no program writes to this pipe");
    Bun.sleepSync(POLL_MS);
  }
}

/** Reads more, and returns 0 at the end. Waits while a program has the pipe open without writing. */
function readSoon(file: number, bytes: Buffer, at: number): number {
  for (;;) {
    try {
      return readSync(file, bytes, at, bytes.length - at, null);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
    }
    Bun.sleepSync(POLL_MS);
  }
}

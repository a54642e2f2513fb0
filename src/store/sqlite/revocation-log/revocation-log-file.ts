import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  type Stats,
} from "node:fs";
import { firstLine } from "../../../tokens/revocation/revocation-log-lines.ts";
import { writeWholly } from "../file/file-bytes.ts";
import { kindOf } from "../file/file-safety.ts";
import { StoreUnusable } from "../store-unusable.ts";

/** The end of a log that is read to find its last line. A line has about 250 bytes. */
const TAIL_BYTES = 65_536;

/**
 * Opens a revocation log. Throws StoreUnusable for a pipe or a device: opening a pipe waits for another program, and
 * reading a device may never end.
 */
export function openLog(path: string, flags: number): number {
  const file = openSync(path, flags | (constants.O_NONBLOCK ?? 0), 0o600);
  const found = fstatSync(file);
  // For a directory, reading or opening for writing fails by itself.
  if (found.isFile() || found.isDirectory()) return file;
  closeSync(file);
  throw new StoreUnusable(`${path} is ${kindOf(found)}. A revocation log is a regular file. Name one.`);
}

/** Changes where a file is replaced, cut or appended to. */
export function extentOf({ dev, ino, size }: Stats): string {
  return `${dev}:${ino}:${size}`;
}

/** The first line of a file and its last ones; empty where there is no file. */
export function endsOf(path: string): string {
  let descriptor: number;
  try {
    descriptor = openLog(path, constants.O_RDONLY);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
  try {
    const { size } = fstatSync(descriptor);
    if (size <= 2 * TAIL_BYTES) return textAt(descriptor, 0, size);
    const [first = ""] = textAt(descriptor, 0, TAIL_BYTES).split("\n");
    const [, ...last] = textAt(descriptor, size - TAIL_BYTES, TAIL_BYTES).split("\n");
    return [first, ...last].join("\n");
  } finally {
    closeSync(descriptor);
  }
}

/** Appends a text, on disk when this returns. After a failure, the file is as before, and this throws. */
export function appendOrLeave(file: number, text: string): void {
  const { size } = fstatSync(file);
  try {
    writeWholly(file, Buffer.from(text));
    fsyncSync(file);
  } catch (error) {
    ftruncateSync(file, size);
    throw error;
  }
}

const LINE_STARTS = [firstLine("", ""), '{"audit_event":"'].map((line) => line.slice(0, 16));

/** Removes the last line where a crash cut it short: it is written again. Leaves other files as they are. */
export function dropTornLine(file: number): void {
  const { size } = fstatSync(file);
  const tail = textAt(file, Math.max(size - TAIL_BYTES, 0), Math.min(size, TAIL_BYTES));
  const torn = tail.slice(tail.lastIndexOf("\n") + 1);
  if (torn !== "" && isTornLine(torn)) ftruncateSync(file, size - Buffer.byteLength(torn));
}

export function isTornStart(text: string): boolean {
  return !text.includes("\n") && isTornLine(text);
}

function isTornLine(text: string): boolean {
  return LINE_STARTS.some((start) => start.startsWith(text.slice(0, start.length)));
}

function textAt(file: number, offset: number, count: number): string {
  const bytes = Buffer.alloc(count);
  return bytes.toString("utf8", 0, readSync(file, bytes, 0, count, offset));
}

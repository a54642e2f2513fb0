import { expect, test } from "bun:test";
import { openSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OpenedFiles } from "../../../../src/store/sqlite/file/opened-files.ts";
import { isCoherent, WalIndexHeader } from "../../../../src/store/sqlite/file/wal-index-header.ts";
import { row } from "../../../support/store/store.ts";
import { useStore } from "../../../support/store/use.ts";

const context = useStore();

/** The words of the header that the tests change: https://www.sqlite.org/walformat.html#the_wal_index_header */
const VERSION = 0;
const FLAGS = 3;
const CHECKSUM = 11;
const SECOND_COPY = 12;

function openHeader(): WalIndexHeader {
  const path = context.directory.database;
  const header = WalIndexHeader.open(path, new OpenedFiles([path, `${path}-shm`]));
  if (header === null) throw new Error("the header cannot be read here");
  return header;
}

/** A header on a file of its own, and a function that writes words into that file. */
function headerOn(content: Uint8Array) {
  const path = join(context.directory.path, "index");
  writeFileSync(path, content);
  const header = new WalIndexHeader(openSync(path, "r"));
  const words = new Uint32Array(content.buffer, content.byteOffset, content.byteLength / 4);
  const write = (changed: Readonly<Record<number, number>>) => {
    writeFileSync(path, new Uint8Array(Uint32Array.from(words, (word, at) => changed[at] ?? word).buffer));
  };
  return { header, words, write };
}

function wholeHeader(): Uint8Array {
  return new Uint8Array(readFileSync(`${context.directory.database}-shm`).subarray(0, 96));
}

test("it changes with each commit of any connection, and with nothing that commits nothing", async () => {
  const header = openHeader();
  expect([header.hasChanged(), header.hasChanged()]).toEqual([true, false]);
  const other = context.connect();
  for (let count = 0; count < 3; count += 1) {
    await context.create();
    expect([header.hasChanged(), header.hasChanged()]).toEqual([true, false]);
    other.run("UPDATE token SET description = 'other'");
    expect([header.hasChanged(), header.hasChanged()]).toEqual([true, false]);
  }
  other.run("BEGIN IMMEDIATE");
  other.run("UPDATE token SET description = 'undone'");
  expect(header.hasChanged()).toBe(false);
  other.run("ROLLBACK");
  row(other, "SELECT count(*) FROM token");
  other.run("PRAGMA wal_checkpoint(PASSIVE)");
  expect(header.hasChanged()).toBe(false);
});

test("a header that nothing changes is trusted, one that is not whole counts as changed each time", () => {
  const { header, words, write } = headerOn(wholeHeader());
  expect([header.hasChanged(), header.hasChanged()]).toEqual([true, false]);
  write({ [CHECKSUM]: 1, [SECOND_COPY + CHECKSUM]: 1 });
  expect([header.hasChanged(), header.hasChanged()]).toEqual([true, false]);
  const uninitialised = (words[FLAGS] ?? 0) & ~0xff;
  const incomplete: readonly Readonly<Record<number, number>>[] = [
    { [CHECKSUM]: 1 },
    { [SECOND_COPY + CHECKSUM]: 1 },
    { [VERSION]: 1, [SECOND_COPY + VERSION]: 1 },
    { [FLAGS]: uninitialised, [SECOND_COPY + FLAGS]: uninitialised },
  ];
  for (const changed of incomplete) {
    write(changed);
    expect([header.hasChanged(), header.hasChanged()]).toEqual([true, true]);
  }
  write({});
  header.hasChanged();
  expect(header.hasChanged()).toBe(false);
});

test("a header that cannot be read counts as changed each time", () => {
  const short = headerOn(wholeHeader());
  short.header.hasChanged();
  truncateSync(join(context.directory.path, "index"), 92);
  expect([short.header.hasChanged(), short.header.hasChanged()]).toEqual([true, true]);
  const unreadable = new WalIndexHeader(openSync(context.directory.path, "r"));
  expect([unreadable.hasChanged(), unreadable.hasChanged()]).toEqual([true, true]);
});

test("there is none for a file that was not opened, or that was replaced", () => {
  const path = context.directory.database;
  expect(WalIndexHeader.open(path, new OpenedFiles([path]))).toBeNull();
  const made = join(context.directory.path, "made");
  const files = new OpenedFiles([path, `${path}-shm`, made]);
  writeFileSync(made, "");
  expect(WalIndexHeader.open(path, files)).toBeNull();
});

test("there is none on a file system where a read can miss a commit", () => {
  expect(isCoherent(context.directory.path)).toBe(true);
  expect(isCoherent("/proc")).toBe(false);
});

test("closing it keeps the locks of other connections of the process", async () => {
  await context.create();
  const locks = () => locksOn(`${context.directory.database}-shm`);
  const before = locks();
  expect(before).not.toEqual([]);
  openHeader().close();
  expect(locks()).toEqual(before);
});

/** The locks of this process on a file: https://man7.org/linux/man-pages/man5/proc_locks.5.html */
function locksOn(path: string): readonly string[] {
  const inode = `:${statSync(path).ino} `;
  const lines = readFileSync("/proc/locks", "utf8").split("\n");
  return lines
    .filter((line) => line.includes(` ${process.pid} `) && line.includes(inode))
    .map((line) => line.replace(/^\d+: /, ""));
}

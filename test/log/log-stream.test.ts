import { expect, test } from "bun:test";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LogStream, type Write } from "../../src/log/log-stream.ts";
import { SmallDisk } from "../support/store/small-disk.ts";
import { TemporaryDirectory } from "../support/temporary.ts";

/** A log in a file of its own. */
class LogFile implements Disposable {
  readonly #directory: Disposable;
  readonly #path: string;
  readonly #fd: number;
  readonly stream: LogStream;

  constructor(directory: Disposable & { readonly path: string } = new TemporaryDirectory()) {
    this.#directory = directory;
    this.#path = join(directory.path, "log");
    this.#fd = openSync(this.#path, "a");
    this.stream = new LogStream(this.#fd);
  }

  get text(): string {
    return readFileSync(this.#path, "utf8");
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
    this.#directory[Symbol.dispose]();
  }
}

test("lines come out whole and in order, also those written while others are", async () => {
  using log = new LogFile();
  const lines = Array.from({ length: 20_000 }, (_, index) => `${JSON.stringify({ index, é: "😀" })}\n`);
  for (const [index, line] of lines.entries()) {
    log.stream.write(line);
    if (index % 5000 === 0) await Bun.sleep(60);
  }
  await log.stream.end();
  expect(log.text).toBe(lines.join(""));
});

test("a line comes out soon, without another behind it", async () => {
  using log = new LogFile();
  log.stream.write("alone\n");
  await until(() => log.text !== "");
  expect(log.text).toBe("alone\n");
});

test("beyond the limit of waiting lines, lines are dropped and counted", async () => {
  using log = new LogFile();
  for (const line of linesOf(20, 1024 * 1024)) log.stream.write(line);
  await log.stream.end();
  const lines = log.text.trimEnd().split("\n");
  const last = JSON.parse(lines.pop() ?? "");
  expect(last).toMatchObject({ level: "warn", message: "log lines were dropped" });
  expect(lines.length + last.lines).toBe(20);
  expect(last.lines).toBeGreaterThan(0);
});

test("what cannot be written holds nobody up, and does not go into a file with the same number", async () => {
  using directory = new TemporaryDirectory();
  const path = join(directory.path, "other");
  const closed = openSync("/dev/null", "w");
  closeSync(closed);
  const stream = new LogStream(closed);
  stream.write("lost\n");
  await stream.end();
  const opened: number[] = [];
  while (opened.at(-1) !== closed) opened.push(openSync(path, "w"));
  stream.write("lost too\n");
  await stream.end();
  for (const fd of opened) closeSync(fd);
  expect(readFileSync(path, "utf8")).toBe("");
});

/** A descriptor that takes so many bytes of each write, or fails in that way. */
class PlayedFile {
  written = "";
  tries = 0;
  takes: number | string = 0;

  readonly write: Write = (_, chunk, done) => {
    this.tries += 1;
    const { takes } = this;
    setTimeout(() => {
      if (typeof takes === "string") {
        done(Object.assign(new Error(takes), { code: takes }), 0);
        return;
      }
      const part = chunk.subarray(0, takes);
      this.written += new TextDecoder().decode(part);
      done(null, part.length);
    });
  };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await Bun.sleep(1);
}

const linesOf = (count: number, length = 10) =>
  Array.from({ length: count }, (_, index) => `${String(index).padStart(length - 1, "0")}\n`);

for (const failure of ["ENOSPC", "EIO", "EAGAIN", 0])
  test(`a line that was torn by ${failure} is finished before others are written`, async () => {
    const file = new PlayedFile();
    const stream = new LogStream(0, file.write);
    const lines = linesOf(20);
    file.takes = 7;
    for (const line of lines.slice(0, 10)) stream.write(line);
    await until(() => file.written.length >= 14);
    file.takes = failure;
    const { tries } = file;
    await until(() => file.tries > tries);
    const torn = file.written;
    expect(torn.endsWith("\n")).toBe(false);
    for (const line of lines.slice(10)) stream.write(line);
    file.takes = 1000;
    await stream.end();
    expect(file.written).toBe(lines.join(""));
    expect(file.written.startsWith(torn)).toBe(true);
  });

test.each([18, 40])(
  "of %d long lines during a failure 17 are kept, and the log then counts the dropped ones",
  async (count) => {
    const file = new PlayedFile();
    const stream = new LogStream(0, file.write);
    const lines = linesOf(count, 1024 * 1024);
    file.takes = "ENOSPC";
    stream.write(lines[0] ?? "");
    await until(() => file.tries > 0);
    for (const line of lines.slice(1)) stream.write(line);
    file.takes = Number.POSITIVE_INFINITY;
    await stream.end();
    const kept = file.written.trimEnd().split("\n");
    const told = JSON.parse(kept.pop() ?? "");
    expect(kept).toEqual(lines.slice(0, 17).map((line) => line.trimEnd()));
    expect(told).toMatchObject({ level: "warn", lines: count - 17, message: "log lines were dropped" });
  },
);

test("where a failure lasts it is tried again now and then, and at the end for a second", async () => {
  const file = new PlayedFile();
  const stream = new LogStream(0, file.write);
  file.takes = "ENOSPC";
  stream.write("kept\n");
  await until(() => file.tries === 2);
  await stream.end();
  expect(file.tries).toBeGreaterThan(2);
  expect(file.written).toBe("");
  file.takes = 1000;
  await until(() => file.written === "kept\n");
});

const disk = SmallDisk.mount();
if (disk === null) process.stderr.write("skipped, as nothing may be mounted: a log on a full disk\n");

test.skipIf(disk === null)("a log on a full disk goes on with space, with every line whole", async () => {
  using log = new LogFile(disk ?? undefined);
  const lines = linesOf(600, 1001);
  for (const line of lines.slice(0, 100)) log.stream.write(line);
  await until(() => log.text.length === 100 * 1001);
  disk?.fill();
  for (const line of lines.slice(100)) log.stream.write(line);
  await until(() => log.text.length > 100 * 1001);
  expect(log.text.endsWith("\n")).toBe(false);
  disk?.free();
  await until(() => log.text.length === 600 * 1001);
  await log.stream.end();
});

import { expect, test } from "bun:test";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LogStream } from "../src/log-stream.ts";
import { TemporaryDirectory } from "./support/temporary.ts";

test("lines come out whole and in order, also those written while others are", async () => {
  using directory = new TemporaryDirectory();
  const path = join(directory.path, "log");
  const fd = openSync(path, "w");
  const stream = new LogStream(fd);
  const lines = Array.from({ length: 20_000 }, (_, index) => `${JSON.stringify({ index, é: "😀" })}\n`);
  for (const [index, line] of lines.entries()) {
    stream.write(line);
    if (index % 5000 === 0) await Bun.sleep(60);
  }
  await stream.end();
  closeSync(fd);
  expect(readFileSync(path, "utf8")).toBe(lines.join(""));
});

test("a line comes out soon, without another behind it", async () => {
  using directory = new TemporaryDirectory();
  const path = join(directory.path, "log");
  const fd = openSync(path, "w");
  new LogStream(fd).write("alone\n");
  while (readFileSync(path, "utf8") === "") await Bun.sleep(5);
  closeSync(fd);
  expect(readFileSync(path, "utf8")).toBe("alone\n");
});

test("beyond what may wait, lines are dropped and counted", async () => {
  using directory = new TemporaryDirectory();
  const path = join(directory.path, "log");
  const fd = openSync(path, "w");
  const stream = new LogStream(fd);
  const megabyte = `${"x".repeat(1024 * 1024 - 1)}\n`;
  for (let count = 0; count < 20; count += 1) stream.write(megabyte);
  await stream.end();
  closeSync(fd);
  const [...lines] = readFileSync(path, "utf8").trimEnd().split("\n");
  const last = JSON.parse(lines.pop() ?? "");
  expect(last).toMatchObject({ level: "warn", message: "log lines were dropped" });
  expect(lines.length + last.lines).toBe(20);
  expect(last.lines).toBeGreaterThan(0);
});

test("what cannot be written holds nobody up", async () => {
  const closed = openSync("/dev/null", "w");
  closeSync(closed);
  const stream = new LogStream(closed);
  stream.write("lost\n");
  await stream.end();
  stream.write("lost too\n");
  await stream.end();
});

import { expect, test } from "bun:test";
import { closeSync, openSync } from "node:fs";
import { OpenFiles } from "../../../src/server/listening/open-files.ts";

test.skipIf(process.platform !== "linux")("what is open is counted, and what is spared is given back", () => {
  const files = OpenFiles.ofThisProcess();
  if (files === null) throw new Error("the system does not tell");
  const before = files.count;
  expect(before).toBeGreaterThan(2);
  expect(files.limit).toBeGreaterThan(before);
  expect(files.areNearlyAllTaken).toBe(false);
  const opened = Array.from({ length: 10 }, () => openSync("/dev/null", "r"));
  expect(files.count).toBe(before + 10);
  for (const descriptor of opened) closeSync(descriptor);
  files.spare();
  expect(files.count).toBeGreaterThan(before);
  const spared = files.count;
  files.spare();
  expect(files.count).toBe(spared);
  files.release();
  expect(files.count).toBe(before);
});

import { expect, test } from "bun:test";
import { appendFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Steps } from "../../../src/cli/backup/progress.ts";
import { TemporaryDirectory } from "../../support/temporary.ts";

test("a copy that grows is told in per cent, one that grows no more is checked", () => {
  using temporary = new TemporaryDirectory();
  const path = join(temporary.path, "copy");
  const steps = new Steps(path, 4_000_000);
  expect(steps.now()).toBe("Checking the store …");
  writeFileSync(path, "");
  expect(steps.now()).toBe("Checking the store …");
  writeFileSync(path, Buffer.alloc(1_000_000));
  expect(steps.now()).toBe("Copying: 25 % of 4.0 MB");
  appendFileSync(path, Buffer.alloc(2_600_000));
  expect(steps.now()).toBe("Copying: 90 % of 4.0 MB");
  const more = Array.from({ length: 5 }, () => steps.now());
  expect(more.at(0)).toBe("Copying: 90 % of 4.0 MB");
  expect(more.at(-1)).toBe("Checking the copy …");
  renameSync(path, `${path}.done`);
  expect(steps.now()).toBe("Done.");
});

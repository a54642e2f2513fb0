import { expect, test } from "bun:test";
import { existsSync, type linkSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setAside } from "../../../../src/store/sqlite/backup/set-aside.ts";
import { TemporaryDirectory } from "../../../support/temporary.ts";

const FAULT = "cannot be read";

function failing(code: string): typeof linkSync {
  return () => {
    throw Object.assign(new Error(code), { code });
  };
}

test("a file that is set aside gets a name beside it that is free", () => {
  using directory = new TemporaryDirectory();
  const path = join(directory.path, "backup.db");
  writeFileSync(path, "damaged");
  writeFileSync(`${path}.damaged`, "earlier");
  expect(setAside(path, FAULT)).toEqual({ path: `${path}.damaged-2`, fault: FAULT });
  expect(readFileSync(`${path}.damaged-2`, "utf8")).toBe("damaged");
  expect(readFileSync(`${path}.damaged`, "utf8")).toBe("earlier");
  expect(existsSync(path)).toBe(true);
});

test("a file that is set aside is renamed where there are no hard links", () => {
  using directory = new TemporaryDirectory();
  const path = join(directory.path, "backup.db");
  writeFileSync(path, "damaged");
  expect(setAside(path, FAULT, failing("EPERM")).path).toBe(`${path}.damaged`);
  expect(readFileSync(`${path}.damaged`, "utf8")).toBe("damaged");
  expect(existsSync(path)).toBe(false);
});

test("a file that is set aside never takes a name that another process took just now", () => {
  using directory = new TemporaryDirectory();
  const path = join(directory.path, "backup.db");
  writeFileSync(path, "damaged");
  symlinkSync("nowhere", `${path}.damaged`);
  expect(setAside(path, FAULT).path).toBe(`${path}.damaged-2`);
});

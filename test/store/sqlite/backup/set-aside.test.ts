import { beforeEach, expect, test } from "bun:test";
import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { setAside } from "../../../../src/store/sqlite/backup/set-aside.ts";
import { useDirectory } from "../../../support/store/use.ts";

const FAULT = "cannot be read";

const directory = useDirectory();
let path: string;

beforeEach(() => {
  path = directory.database;
  writeFileSync(path, "damaged");
});

test("a file that is set aside gets a name beside it that is free", () => {
  writeFileSync(`${path}.damaged`, "earlier");
  expect(setAside(path, FAULT)).toEqual({ path: `${path}.damaged-2`, fault: FAULT });
  expect(readFileSync(`${path}.damaged-2`, "utf8")).toBe("damaged");
  expect(readFileSync(`${path}.damaged`, "utf8")).toBe("earlier");
  expect(existsSync(path)).toBe(true);
});

test("a file that is set aside is renamed where there are no hard links", () => {
  const withoutLinks = () => {
    throw Object.assign(new Error("no links"), { code: "EPERM" });
  };
  expect(setAside(path, FAULT, withoutLinks).path).toBe(`${path}.damaged`);
  expect(readFileSync(`${path}.damaged`, "utf8")).toBe("damaged");
  expect(existsSync(path)).toBe(false);
});

test("a file that is set aside never takes a name that another process took just now", () => {
  symlinkSync("nowhere", `${path}.damaged`);
  expect(setAside(path, FAULT).path).toBe(`${path}.damaged-2`);
});

import { expect, test } from "bun:test";
import { chownSync, copyFileSync, mkdirSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { otherStores } from "../../src/server/other-stores.ts";
import { DataDirectory } from "../../src/store/sqlite/file/data-directory.ts";
import { makeStore, PublicDirectory } from "../support/store/data-directory.ts";
import { TemporaryDirectory } from "../support/temporary.ts";

test("every usual place with a store is named once, by its real path, and the directory itself is not", () => {
  using temporary = new TemporaryDirectory();
  const place = (name: string) => join(temporary.path, name);
  for (const name of ["own", "store", "empty"]) mkdirSync(place(name));
  for (const name of ["own", "store"]) makeStore(new DataDirectory(place(name)));
  symlinkSync(place("store"), place("link"));
  symlinkSync(place("own"), place("own-link"));
  const places = ["own", "own-link", "link", "store", "empty", "nosuch"].map(place);
  const found = otherStores(new DataDirectory(place("own-link")), places);
  expect(found.filter((path) => path.startsWith(temporary.path))).toEqual([place("store")]);
});

test("three are named at most", () => {
  using temporary = new TemporaryDirectory();
  const places = ["1", "2", "3", "4"].map((name) => join(temporary.path, name));
  for (const place of places) {
    mkdirSync(place);
    makeStore(new DataDirectory(place));
  }
  expect(otherStores(new DataDirectory(join(temporary.path, "nosuch")), places)).toEqual(places.slice(0, 3));
});

/** Opens a store, in a program that is called as this one, until it is ended. */
const HOLDER = `
  const { Database } = require("bun:sqlite");
  globalThis.database = new Database(process.argv[1]);
  database.query("SELECT 1 FROM token LIMIT 1").get();
  console.log("open");
  setInterval(() => 0, 1000);`;

/** Whether the store is found that another process has open, which `command` runs. */
async function isFoundWith(directory: DataDirectory, command: readonly string[]): Promise<boolean> {
  const child = Bun.spawn([...command, "-e", HOLDER, directory.database], { stdout: "pipe" });
  try {
    const { value } = await child.stdout.getReader().read();
    expect(Buffer.from(value ?? []).toString()).toBe("open\n");
    return otherStores(new DataDirectory(join(directory.path, "nosuch")), []).includes(directory.path);
  } finally {
    child.kill();
    await child.exited;
  }
}

const CAN_CHANGE_USER = process.getuid?.() === 0 && Bun.which("setpriv") !== null;
if (!CAN_CHANGE_USER) process.stderr.write("skipped, as nothing can be run as another user: its stores\n");

test.skipIf(!CAN_CHANGE_USER)("the store of another user's process is not named to root", async () => {
  using temporary = new PublicDirectory();
  const { directory } = temporary;
  makeStore(directory);
  for (const path of [temporary.path, directory.database]) chownSync(path, 65_534, 65_534);
  const program = join(temporary.path, basename(process.execPath));
  copyFileSync(process.execPath, program);
  const asOther = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"];
  expect(await isFoundWith(directory, [...asOther, program])).toBe(false);
});

test("the store that another process of this executable has open is named", async () => {
  using temporary = new TemporaryDirectory();
  const directory = new DataDirectory(temporary.path);
  makeStore(directory);
  expect(await isFoundWith(directory, [process.execPath])).toBe(process.platform === "linux");
});

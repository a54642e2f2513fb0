import { expect, test } from "bun:test";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { otherStores } from "../../src/commands/other-stores.ts";
import { DataDirectory } from "../../src/store/data-directory.ts";
import { makeStore } from "../support/data-directory.ts";
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

test("the store that another process of this executable has open is named", async () => {
  using temporary = new TemporaryDirectory();
  const directory = new DataDirectory(temporary.path);
  makeStore(directory);
  const script = `
    const { Database } = require("bun:sqlite");
    globalThis.database = new Database(process.argv[1]);
    database.query("SELECT 1 FROM token LIMIT 1").get();
    console.log("open");
    setInterval(() => 0, 1000);`;
  const child = Bun.spawn([process.execPath, "-e", script, directory.database], { stdout: "pipe" });
  try {
    await child.stdout.getReader().read();
    const found = otherStores(new DataDirectory(join(temporary.path, "nosuch")), []);
    if (process.platform === "linux") expect(found).toContain(temporary.path);
    else expect(found).toEqual([]);
  } finally {
    child.kill();
    await child.exited;
  }
});

import { Database } from "bun:sqlite";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SCHEMA_VERSION } from "../../../src/store/sqlite/schema.ts";
import { RunningServer, run } from "../../support/executable/executable.ts";
import type { Terminal } from "../../support/executable/terminal.ts";
import { TEST_LIMIT_MS } from "../../support/patience.ts";
import { schemaText } from "../../support/store/old-schemas.ts";
import { SmallDisk } from "../../support/store/small-disk.ts";
import { useTerminal } from "../../support/store/store-terminal.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const terminal = useTerminal();

/** The token of the frozen stores that is revoked in none of them. */
const ADMIN = "atok_0VLID98K00000000000000";

/** A store as an older version left it. */
function thaw({ dataDir }: { readonly dataDir: string }, version: number): void {
  mkdirSync(dataDir);
  using database = new Database(join(dataDir, "publisher.db"));
  database.run(schemaText(version));
  database.run("PRAGMA journal_mode = WAL");
}

function copies(terminal: Terminal): readonly string[] {
  return readdirSync(terminal.dataDir)
    .filter((name) => name.startsWith("publisher.db."))
    .map((name) => join(terminal.dataDir, name));
}

function schemaOf(path: string): unknown {
  using database = new Database(path, { readonly: true });
  return database.query("PRAGMA user_version").get();
}

describe.each([1, 2, 3])("a store of schema %d", (version) => {
  test("is migrated by a server, which says so and keeps it as it was", async () => {
    thaw(terminal, version);
    await using server = await RunningServer.start({ cwd: terminal.cwd });
    const [copy = ""] = copies(terminal);
    expect(server.stdout).toContain(
      `Brought the store from schema ${version} to ${SCHEMA_VERSION}. As it was before, it is kept in ${copy}.\n`,
    );
    expect(schemaOf(copy)).toEqual({ user_version: version });
    await server.stop();
    const logged = server.stderr.split("\n").find((line) => line.includes("brought to a newer schema")) ?? "";
    expect(JSON.parse(logged)).toMatchObject({ from: version, to: SCHEMA_VERSION, copy });
    await using again = await RunningServer.start({ cwd: terminal.cwd });
    expect(again.stdout).not.toContain("Brought the store");
    expect(copies(terminal)).toEqual([copy]);
  });

  test("is migrated by a command, which says so beside its answer", async () => {
    thaw(terminal, version);
    const { exitCode, stderr, stdout } = await terminal.run(["token", "list"]);
    expect({ exitCode, stdout: stdout.includes(ADMIN) }).toEqual({ exitCode: 0, stdout: true });
    expect(stderr).toStartWith(`Brought the store from schema ${version} to ${SCHEMA_VERSION}.`);
    expect(copies(terminal)).toHaveLength(1);
  });

  test("can be gone back to, with what was revoked since", async () => {
    thaw(terminal, version);
    await terminal.output("token", "revoke", ADMIN);
    const [copy = ""] = copies(terminal);
    expect(await terminal.output("restore", copy)).toContain("stay so: 1 revoked.");
    expect(schemaOf(join(terminal.dataDir, "publisher.db"))).toEqual({ user_version: version });
    expect(await terminal.output("check")).toContain(`is sound: schema ${version} (`);
    expect(await terminal.output("token", "list", "--all")).toMatch(new RegExp(`${ADMIN} .* revoked `));
  });
});

const disk = SmallDisk.mount();
if (disk === null)
  process.stderr.write("skipped, as nothing may be mounted: a migration without room for a copy\n");
disk?.[Symbol.dispose]();

test.skipIf(disk === null)("a store is not migrated where there is no room for a copy", async () => {
  using small = SmallDisk.mount();
  const cwd = small?.path ?? "";
  const dataDir = join(cwd, "data");
  thaw({ dataDir }, 3);
  // Room for the other files, and not for a copy.
  const room = join(cwd, "room");
  writeFileSync(room, Buffer.alloc(32_768));
  small?.fill();
  rmSync(room);
  const before = readFileSync(join(dataDir, "publisher.db")).toHex();
  const names = readdirSync(dataDir);
  const { exitCode, stderr } = await run(["token", "list"], { cwd });
  expect(exitCode).toBe(1);
  expect(stderr).toContain("keeps a copy of it before.");
  expect(stderr).toContain("Nothing was changed. Make room for a copy of the store, then start again.");
  expect(readFileSync(join(dataDir, "publisher.db")).toHex()).toBe(before);
  expect(readdirSync(dataDir).filter((name) => !name.startsWith("lock."))).toEqual(names);
  small?.free();
  expect((await run(["token", "list"], { cwd })).exitCode).toBe(0);
});

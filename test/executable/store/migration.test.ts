import { Database } from "bun:sqlite";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SCHEMA_VERSION } from "../../../src/store/sqlite/schema.ts";
import { EXECUTABLE } from "../../support/executable/executable.ts";
import { TEST_LIMIT_MS } from "../../support/patience.ts";
import { schemaText } from "../../support/store/old-schemas.ts";
import { SmallDisk } from "../../support/store/small-disk.ts";
import { type StoreTerminal, useDiskTerminal, useTerminal } from "../../support/store/store-terminal.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const terminal = useTerminal();

/** The token of the frozen stores that is revoked in none of them. */
const ADMIN = "atok_0VLID98K00000000000000";

/** A store as an older version left it. */
function thaw({ dataDir, database: path }: StoreTerminal, version: number): void {
  mkdirSync(dataDir);
  using database = new Database(path);
  database.run(schemaText(version));
  database.run("PRAGMA journal_mode = WAL");
}

function copies(): readonly string[] {
  return terminal.files("publisher.db.").map((name) => join(terminal.dataDir, name));
}

function schemaOf(path: string): unknown {
  using database = new Database(path, { readonly: true });
  return database.query("PRAGMA user_version").get();
}

describe.each([1, 2, 3, 4])("a store of schema %d", (version) => {
  test("is migrated by a server, which says so and keeps it as it was", async () => {
    thaw(terminal, version);
    await using server = await terminal.serve();
    const [copy = ""] = copies();
    expect(server.stdout).toContain(
      `Brought the store from schema ${version} to ${SCHEMA_VERSION}. As it was before, it is kept in ${copy}.\n`,
    );
    expect(schemaOf(copy)).toEqual({ user_version: version });
    await server.stop();
    const logged = server.log.filter(({ message }) => String(message).includes("brought to a newer schema"));
    expect(logged).toMatchObject([{ from: version, to: SCHEMA_VERSION, copy }]);
    const steps = server.log.filter(({ message }) => message === "bringing the store to a newer schema");
    expect(steps[0]).toMatchObject({ step: 1, of: steps.length, work: "copying the store" });
    expect(steps.at(-1)).toMatchObject({ step: steps.length, work: "counting the tokens" });
    await using again = await terminal.serve();
    expect(again.stdout).not.toContain("Brought the store");
    expect(copies()).toEqual([copy]);
  });

  test("is migrated by a command, which says so, and can be gone back to with what was revoked since", async () => {
    thaw(terminal, version);
    const { exitCode, stderr, stdout } = await terminal.run(["token", "revoke", ADMIN]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringContaining(ADMIN) });
    const begun = `Bringing the store to schema ${SCHEMA_VERSION}, step 1 of `;
    expect(stderr).toStartWith(begun);
    expect(stderr).toContain(": moving the tokens.\n");
    expect(stderr).toContain(`Brought the store from schema ${version} to ${SCHEMA_VERSION}.`);
    const [copy = "", ...others] = copies();
    expect(others).toEqual([]);
    const report = await terminal.done(`restore ${copy}`);
    expect(report).toContain("stay so: 1 revoked.");
    expect(report).toContain(`The store has schema ${version}: start the older version`);
    expect(report).not.toContain("You can start the server");
    expect(schemaOf(terminal.database)).toEqual({ user_version: version });
    expect(await terminal.done("check")).toContain(`is sound: schema ${version} (`);
    expect(await terminal.done("token list --all")).toMatch(new RegExp(`${ADMIN} .* revoked `));
  });
});

test("a store whose migration is killed is migrated by the next command, with every token", async () => {
  thaw(terminal, 4);
  {
    using database = new Database(terminal.database);
    database.run(`
      WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 20000)
      INSERT INTO token (digest, id, access, hint, created_at)
      SELECT randomblob(32), printf('atok_0A%06d', n), 'read', 'abcd', 1 FROM number`);
  }
  const child = Bun.spawn([EXECUTABLE, "token", "list", "--data-dir", terminal.dataDir], {
    stdout: "ignore",
    stderr: "pipe",
  });
  let printed = "";
  for await (const chunk of child.stderr) {
    printed += Buffer.from(chunk).toString();
    if (!printed.includes("step 4 of ")) continue;
    child.kill("SIGKILL");
    break;
  }
  await child.exited;
  expect(printed).toContain("step 4 of ");
  const report = await terminal.done("check");
  expect(report).toContain("tokens: 20005,");
  const listed = await terminal.run(["token", "list", "--json", "--all"]);
  expect(JSON.parse(listed.stdout).data).toHaveLength(20_005);
  expect(schemaOf(terminal.database)).toEqual({ user_version: SCHEMA_VERSION });
});

describe.skipIf(!SmallDisk.canMount("a migration without room for a copy"))("a disk without room", () => {
  const small = useDiskTerminal();

  test("for a copy keeps a store from being migrated", async () => {
    thaw(small, 3);
    // Room for the other files, and not for a copy.
    writeFileSync(small.path("room"), Buffer.alloc(32_768));
    small.disk.fill();
    rmSync(small.path("room"));
    const before = readFileSync(small.database).toHex();
    const names = small.files();
    const message = await small.refusal("token list");
    expect(message).toContain("keeps a copy of it before.");
    expect(message).toContain("Nothing was changed. Make room for a copy of the store, then start again.");
    expect(readFileSync(small.database).toHex()).toBe(before);
    expect(small.files().filter((name) => !name.startsWith("lock."))).toEqual([...names]);
    small.disk.free();
    await small.done("token list");
  });
});

import { Database } from "bun:sqlite";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SCHEMA_VERSION } from "../../../src/store/sqlite/schema.ts";
import { RunningServer } from "../../support/executable/executable.ts";
import { TEST_LIMIT_MS } from "../../support/patience.ts";
import { useTerminal } from "../../support/store/use.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const terminal = useTerminal();

const PAGE_BYTES = 4096;

/** Writes over the file what makes it unfit to be opened. */
interface Spoiling {
  readonly what: string;
  readonly spoil: (path: string) => void;
  readonly says: RegExp;
}

const SPOILED: readonly Spoiling[] = [
  {
    what: "a text file",
    spoil: (path) => writeFileSync(path, "Dear diary,\n"),
    says: /is not a Publisher store, or its beginning is damaged\. It was left as it is\./,
  },
  {
    what: "the database of another program",
    spoil: (path) => {
      writeFileSync(path, "");
      inDatabase(path, "CREATE TABLE recipe (name TEXT)");
    },
    says: /is the database of another program\. It was left as it is\./,
  },
  {
    what: "a store of a newer schema",
    spoil: (path) => inDatabase(path, "PRAGMA user_version = 1000"),
    says: /was written by a newer Publisher \(schema 1000; .*\)\. Use that version or a later one\./,
  },
  {
    what: "a store with pages full of something else",
    spoil: (path) => {
      const bytes = readFileSync(path);
      writeFileSync(path, bytes.fill(0xaa, PAGE_BYTES, 4 * PAGE_BYTES));
    },
    says: /is damaged: .*It was left as it is; "publisher restore" puts a backup in its place\./,
  },
  {
    what: "half a store",
    spoil: (path) => {
      const bytes = readFileSync(path);
      writeFileSync(path, bytes.subarray(0, bytes.length / 2));
    },
    says: /is damaged: .*It was left as it is; "publisher restore" puts a backup in its place\./,
  },
];

function inDatabase(path: string, sql: string): void {
  const database = new Database(path);
  database.run(sql);
  database.run("PRAGMA journal_mode = DELETE");
  database.close();
}

/** Changes one letter of an id in the pages of one index alone. */
function renameInIndex(path: string, index: string, id: string): void {
  using database = new Database(path, { readonly: true });
  const root = database.query<{ rootpage: number }, [string]>(
    "SELECT rootpage FROM sqlite_schema WHERE name = ?",
  );
  const bytes = readFileSync(path);
  const pageStart = ((root.get(index)?.rootpage ?? 0) - 1) * PAGE_BYTES;
  bytes.write("!", bytes.indexOf(id, pageStart) + id.length - 1);
  writeFileSync(path, bytes);
}

describe("check", () => {
  test("says that a store is sound, and how much is in it", async () => {
    const { id } = await terminal.createToken("read");
    await terminal.createToken("write");
    await terminal.output("token", "revoke", id);
    const { exitCode, stdout, stderr } = await terminal.run(["check"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const path = join(terminal.dataDir, "publisher.db");
    expect(stdout).toBe(`${path} is sound: schema ${SCHEMA_VERSION}, tokens: 2, audit events: 3.\n`);
  });

  test("checks a backup, and leaves it as it is", async () => {
    await terminal.createToken("read");
    await terminal.output("backup", "backup.db");
    const path = join(terminal.cwd, "backup.db");
    const bytes = readFileSync(path);
    expect(await terminal.output("check", "backup.db", "--data-dir", "missing")).toContain(
      `${path} is sound:`,
    );
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(terminal.names).toEqual(["backup.db", "data"]);
    writeFileSync(path, bytes.fill(0xaa, PAGE_BYTES, 2 * PAGE_BYTES));
    expect((await terminal.run(["check", "backup.db"])).stderr).toMatch(
      /^publisher: The backup \S+backup\.db is damaged: .*\. Use another one\. Nothing was changed\.$/m,
    );
    expect((await terminal.run(["check", "none.db"])).stderr).toContain("There is no backup at");
  });

  test("works beside a running server, and after one that was killed", async () => {
    await using server = await RunningServer.start();
    const check = ["check", "--data-dir", server.dataDir];
    await server.call("api-token/create", { access: "read" });
    expect(await terminal.output(...check)).toContain(
      `is sound: schema ${SCHEMA_VERSION}, tokens: 2, audit events: 2.`,
    );
    expect((await server.call("api-token/create", { access: "read" })).status).toBe(200);
    await server.stop("SIGKILL");
    expect(await terminal.output(...check)).toContain(
      `is sound: schema ${SCHEMA_VERSION}, tokens: 3, audit events: 3.`,
    );
  });

  test("leaves no file behind and none changed", async () => {
    await terminal.createToken("read");
    const path = join(terminal.dataDir, "publisher.db");
    const [names, bytes] = [readdirSync(terminal.dataDir), readFileSync(path)];
    await terminal.output("check");
    expect(readdirSync(terminal.dataDir)).toEqual(names);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  test("finds an index that does not fit its table", async () => {
    const { id } = await terminal.createToken("read");
    const path = join(terminal.dataDir, "publisher.db");
    renameInIndex(path, "token_not_revoked", id);
    const { exitCode, stdout, stderr } = await terminal.run(["check"]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toStartWith(`publisher: ${path} is damaged:`);
    expect(stderr).toContain("token_not_revoked");
    expect((await terminal.run(["check", "--tell-damage"])).exitCode).toBe(3);
  });

  test("lists every fault of a damaged store", async () => {
    const { id } = await terminal.createToken("read");
    inDatabase(join(terminal.dataDir, "publisher.db"), "UPDATE token SET expires_at = 1 << 60");
    const { exitCode, stderr } = await terminal.run(["check"]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`is damaged: a token has an impossible time: ${id}. It was left as it is;`);
    expect(stderr).toEndWith(
      `\nMore faults:\n  a token does not expire as its last audit event says: ${id}\n`,
    );
  });
});

describe("what is no sound store of this schema is refused by every command, and left as it is", () => {
  test.each(SPOILED)("$what", async ({ spoil, says }) => {
    mkdirSync(terminal.dataDir);
    await terminal.createToken("read", "--description", "x".repeat(400));
    const path = join(terminal.dataDir, "publisher.db");
    spoil(path);
    const before = readFileSync(path);
    const commands = [
      "check",
      "token list",
      "token revoke atok_1",
      "token create --access read",
      "serve --port 0",
    ];
    for (const command of commands) {
      const { exitCode, stdout, stderr } = await terminal.run(command.split(" "));
      expect(stderr).toStartWith(`publisher: ${path} `);
      expect(stderr).toMatch(says);
      expect(stderr.trimEnd().split("\n")).toHaveLength(1);
      expect({ command, exitCode, stdout }).toEqual({ command, exitCode: 1, stdout: "" });
      expect(readFileSync(path).equals(before)).toBe(true);
    }
  });
});

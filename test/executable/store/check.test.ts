import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { SCHEMA_VERSION } from "../../../src/store/sqlite/schema.ts";
import { canTrace } from "../../support/executable/strace.ts";
import { TEST_LIMIT_MS, until } from "../../support/patience.ts";
import { PAGE_BYTES, renameInIndex } from "../../support/store/damage.ts";
import { manyTokens, writeTokens } from "../../support/store/many-tokens.ts";
import { useTerminal } from "../../support/store/store-terminal.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const terminal = useTerminal();

const SERVE = "serve --port 0";

describe("check", () => {
  test("says that a store is sound, and how much is in it, and leaves it as it is", async () => {
    const [id] = await terminal.createTokens(2);
    await terminal.done(`token revoke ${id}`);
    const before = [terminal.files(), readFileSync(terminal.database).toHex()];
    expect(await terminal.run(["check"])).toEqual({
      exitCode: 0,
      stdout: `${terminal.database} is sound: schema ${SCHEMA_VERSION}, tokens: 2, audit events: 3.\n`,
      stderr: "",
    });
    expect([terminal.files(), readFileSync(terminal.database).toHex()]).toEqual(before);
  });

  test("checks a backup, and leaves it as it is", async () => {
    await terminal.createBackup();
    const path = terminal.path("backup.db");
    const bytes = readFileSync(path);
    expect(await terminal.done("check backup.db --data-dir missing")).toContain(`${path} is sound:`);
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(terminal.names).toEqual(["backup.db", "data"]);
    writeFileSync(path, bytes.fill(0xaa, PAGE_BYTES, 2 * PAGE_BYTES));
    await terminal.expectRefusal(
      "check backup.db",
      /^publisher: The backup \S+ is damaged: .* Use another one\./,
    );
    await terminal.expectRefusal("check none.db", "There is no backup at");
  });

  test("works beside a running server, and after one that was killed", async () => {
    await using server = await terminal.serve();
    expect(await terminal.done("check")).toContain("tokens: 1, audit events: 1.");
    expect((await server.call("api-token/create", { access: "read" })).status).toBe(200);
    await server.stop("SIGKILL");
    expect(await terminal.done("check")).toContain("tokens: 2, audit events: 2.");
  });

  test("finds damage that a quick check does not, and so does the start of a server", async () => {
    const [id = ""] = await terminal.createTokens(1);
    renameInIndex(terminal.database, "token_id", id);
    for (const command of ["check", SERVE])
      await terminal.expectRefusal(command, /is damaged: .*token_id.* "publisher restore" puts .*\.\n$/);
    expect((await terminal.run(["check", "--tell-damage"])).exitCode).toBe(3);
  });

  test("lists every fault of a damaged store", async () => {
    const [id] = await terminal.createTokens(1);
    terminal.sql("UPDATE token SET expires_at = 1 << 60", "PRAGMA journal_mode = DELETE");
    const message = await terminal.refusal("check");
    expect(message).toContain(`is damaged: a token has an impossible time: ${id}. It was left as it is;`);
    expect(message).toEndWith(
      `\nMore faults:\n  a token does not expire as its last audit event says: ${id}\n`,
    );
  });
});

const DAMAGED = / is damaged: .*It was left as it is; "publisher restore" puts a backup in its place\./;

function overwrite(change: (bytes: Buffer) => Uint8Array): void {
  writeFileSync(terminal.database, change(readFileSync(terminal.database)));
}

test.each<[string, () => void, RegExp]>([
  ["an empty file", () => overwrite(() => Buffer.of()), / is empty\. .* and start again\./],
  ["half a store", () => overwrite((bytes) => bytes.subarray(0, bytes.length / 2)), DAMAGED],
  [
    "a store without a key",
    () => terminal.sql("DELETE FROM cursor_key"),
    / the key of the cursors is missing/,
  ],
])("%s is refused by every command, and left as it is", async (_, spoil, sentence) => {
  await terminal.createToken("read", "--description", "x".repeat(400));
  spoil();
  const before = readFileSync(terminal.database);
  for (const command of ["check", "token list", "token create --access read", "backup x.db", SERVE]) {
    const message = await terminal.refusal(command);
    expect(message).toStartWith(`publisher: ${terminal.database} `);
    expect(message).toMatch(sentence);
    expect(message.trimEnd().split("\n")).toHaveLength(1);
    expect(readFileSync(terminal.database).equals(before)).toBe(true);
  }
});

/** The size beyond which a store is checked while it is served, in bytes. */
const LARGE = 8 * 1024 * 1024;

test("a large store is served while it is checked, and no more once it was found damaged", async () => {
  const { id, token } = await terminal.createToken("write");
  const path = terminal.database;
  writeTokens(terminal.dataDir, manyTokens(20_000));
  terminal.sql(`UPDATE token SET description = '${"x".repeat(900)}' WHERE id LIKE 'atok_0Many%'`);
  expect(statSync(path).size).toBeGreaterThan(LARGE);
  {
    await using server = await terminal.serve();
    expect((await server.call("api-token/current", {}, token)).status).toBe(200);
    await until(() => server.stderr.includes("the store was checked and is sound"));
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    expect(await server.stop()).toBe(0);
  }
  renameInIndex(path, "token_id", id);
  await using server = await terminal.serve();
  await until(() => server.stderr.includes("the store is damaged"));
  expect((await server.call("api-token/current", {}, token)).status).toBe(503);
  expect((await server.call("api-token/create", { access: "read" }, token)).status).toBe(503);
  expect((await fetch(`${server.url}/readyz`)).status).toBe(503);
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  expect(server.stderr.match(/the store is damaged: nothing is served/g)).toHaveLength(1);
  const files = ["", "-wal"].map((end) => readFileSync(path + end).toHex());
  expect(files[1]).not.toBe("");
  expect(await server.stop()).toBe(137);
  expect(["", "-wal"].map((end) => readFileSync(path + end).toHex())).toEqual(files);
  expect(server.stderr).toContain("the store is damaged; its files are left as they are");
});

test.skipIf(!canTrace("whether a failing disk is told from a damaged store"))(
  "a disk that fails to read is no damage of the store",
  async () => {
    for (let count = 0; count < 3; count += 1)
      await terminal.createToken("read", "--description", "x".repeat(400));
    const messages = new Set<string>();
    for (let nth = 1; nth <= 24; nth += 1) {
      const inject = `inject=pread64:error=EIO:when=${nth}+`;
      const strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-P", terminal.database, "-e", inject];
      const { exitCode, stderr } = terminal.runUnder(strace, "check");
      if (exitCode === 0) break;
      expect(stderr).not.toContain("damaged");
      messages.add(/cannot be (read|opened)/.exec(stderr)?.[0] ?? stderr);
    }
    expect(messages.size).toBeGreaterThan(0);
    for (const message of messages) expect(message).toStartWith("cannot be");
  },
);

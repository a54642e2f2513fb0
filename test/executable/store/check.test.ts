import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { SCHEMA_VERSION } from "../../../src/store/sqlite/schema.ts";
import { TEST_LIMIT_MS } from "../../support/patience.ts";
import { PAGE_BYTES, renameInIndex } from "../../support/store/damage.ts";
import { useTerminal } from "../../support/store/store-terminal.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const terminal = useTerminal();

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
    expect(await terminal.refusal("check backup.db")).toMatch(
      /^publisher: The backup \S+backup\.db is damaged: .*\. Use another one\. Nothing was changed\.$/m,
    );
    expect(await terminal.refusal("check none.db")).toContain("There is no backup at");
  });

  test("works beside a running server, and after one that was killed", async () => {
    await using server = await terminal.serve();
    expect(await terminal.done("check")).toContain("tokens: 1, audit events: 1.");
    expect((await server.call("api-token/create", { access: "read" })).status).toBe(200);
    await server.stop("SIGKILL");
    expect(await terminal.done("check")).toContain("tokens: 2, audit events: 2.");
  });

  test("has an exit code of its own for damage on request", async () => {
    const [id = ""] = await terminal.createTokens(1);
    renameInIndex(terminal.database, "token_not_revoked", id);
    expect(await terminal.refusal("check")).toMatch(/^publisher: \S+ is damaged: .*token_not_revoked/);
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

function overwrite(change: (bytes: Buffer) => Uint8Array): void {
  writeFileSync(terminal.database, change(readFileSync(terminal.database)));
}

test.each<[string, () => void, RegExp]>([
  [
    "an empty file",
    () => overwrite(() => Buffer.of()),
    / is empty\. .* remove \S+\/publisher\.db, and start again\./,
  ],
  [
    "half a store",
    () => overwrite((bytes) => bytes.subarray(0, bytes.length / 2)),
    / is damaged: .*It was left as it is; "publisher restore" puts a backup in its place\./,
  ],
  [
    "a store without the key of its cursors",
    () => terminal.sql("DELETE FROM cursor_key"),
    / is damaged: the key of the cursors is missing/,
  ],
])("%s is refused by every command, and left as it is", async (_, spoil, sentence) => {
  await terminal.createToken("read", "--description", "x".repeat(400));
  spoil();
  const before = readFileSync(terminal.database);
  for (const command of [
    "check",
    "token list",
    "token revoke atok_1",
    "token create --access read",
    "backup x.db",
    "serve --port 0",
  ]) {
    const message = await terminal.refusal(command);
    expect(message).toStartWith(`publisher: ${terminal.database} `);
    expect(message).toMatch(sentence);
    expect(message.trimEnd().split("\n")).toHaveLength(1);
    expect(readFileSync(terminal.database).equals(before)).toBe(true);
  }
});

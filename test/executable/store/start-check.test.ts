import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, statSync } from "node:fs";
import { canTrace } from "../../support/executable/strace.ts";
import { TEST_LIMIT_MS, until } from "../../support/patience.ts";
import { renameInIndex } from "../../support/store/damage.ts";
import { manyTokens, writeTokens } from "../../support/store/many-tokens.ts";
import { useTerminal } from "../../support/store/store-terminal.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const terminal = useTerminal();

/** The size beyond which a store is checked while it is served, in bytes. */
const LARGE = 8 * 1024 * 1024;

/** A store that is too large to be checked before it is served. */
function makeLarge(): void {
  writeTokens(terminal.dataDir, manyTokens(20_000));
  terminal.sql(`UPDATE token SET description = '${"x".repeat(900)}' WHERE id LIKE 'atok_0Many%'`);
}

describe("a server", () => {
  test("does not start on a small store that only a full check finds damaged", async () => {
    const { id } = await terminal.createToken("read");
    renameInIndex(terminal.database, "token_not_revoked", id);
    expect(await terminal.refusal("serve --port 0")).toMatch(
      /^publisher: .* is damaged: .*token_not_revoked.* "publisher restore" puts a backup in its place\.\n$/,
    );
  });

  test("serves nothing more of a large store once it was found damaged, and says so once", async () => {
    const { id, token } = await terminal.createToken("write");
    const path = terminal.database;
    makeLarge();
    expect(statSync(path).size).toBeGreaterThan(LARGE);
    renameInIndex(path, "token_not_revoked", id);
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

  test("serves a large store while it is checked, and says that it is sound", async () => {
    const { token } = await terminal.createToken("write");
    makeLarge();
    await using server = await terminal.serve();
    expect((await server.call("api-token/current", {}, token)).status).toBe(200);
    await until(() => server.stderr.includes("the store was checked and is sound"));
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    expect(await server.stop()).toBe(0);
  });
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

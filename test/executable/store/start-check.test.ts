import { Database } from "bun:sqlite";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EXECUTABLE, RunningServer } from "../../support/executable/executable.ts";
import { canTrace } from "../../support/executable/strace.ts";
import { Terminal } from "../../support/executable/terminal.ts";
import { PATIENCE_MS, TEST_LIMIT_MS } from "../../support/patience.ts";
import { manyTokens, writeTokens } from "../../support/store/many-tokens.ts";
import { useTerminal } from "../../support/store/use.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const terminal = useTerminal();

const PAGE_BYTES = 4096;

/** The size beyond which a store is checked while it is served, in bytes. */
const LARGE = 8 * 1024 * 1024;

/** Changes one letter of an id in the pages of one index alone: a first look does not find it. */
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

/** A store that is too large to be checked before it is served. */
function makeLarge(dataDir: string): void {
  writeTokens(dataDir, manyTokens(20_000));
  using database = new Database(join(dataDir, "publisher.db"));
  database.run("UPDATE token SET description = ? WHERE id LIKE 'atok_0Many%'", ["x".repeat(900)]);
}

async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error("it did not come to that");
    await Bun.sleep(20);
  }
}

describe("a server", () => {
  test("does not start on a small store that only a full check finds damaged", async () => {
    const { id } = await terminal.createToken("read");
    renameInIndex(join(terminal.dataDir, "publisher.db"), "token_not_revoked", id);
    const { exitCode, stderr } = await terminal.run(["serve", "--port", "0"]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^publisher: .* is damaged: .*token_not_revoked.* "publisher restore" puts a backup in its place\.\n$/,
    );
  });

  test("serves nothing more of a large store once it was found damaged, and says so once", async () => {
    const { id, token } = await terminal.createToken("write");
    const path = join(terminal.dataDir, "publisher.db");
    makeLarge(terminal.dataDir);
    expect(statSync(path).size).toBeGreaterThan(LARGE);
    renameInIndex(path, "token_not_revoked", id);
    await using server = await RunningServer.start({ cwd: terminal.cwd });
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
    makeLarge(terminal.dataDir);
    await using server = await RunningServer.start({ cwd: terminal.cwd });
    expect((await server.call("api-token/current", {}, token)).status).toBe(200);
    await until(() => server.stderr.includes("the store was checked and is sound"));
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    expect(await server.stop()).toBe(0);
  });
});

describe.skipIf(!canTrace("whether a failing disk is told from a damaged store"))(
  "a disk that fails to read",
  () => {
    test("is not told as damage of the store", async () => {
      using terminal = new Terminal();
      for (let count = 0; count < 3; count += 1)
        await terminal.createToken("read", "--description", "x".repeat(400));
      const path = join(terminal.dataDir, "publisher.db");
      const told = new Set<string>();
      for (let nth = 1; nth <= 24; nth += 1) {
        const inject = `inject=pread64:error=EIO:when=${nth}+`;
        const child = Bun.spawn(
          ["strace", "-f", "-qq", "-o", "/dev/null", "-P", path, "-e", inject, EXECUTABLE, "check"],
          {
            cwd: terminal.cwd,
            env: {},
            stdout: "ignore",
            stderr: "pipe",
          },
        );
        const stderr = await new Response(child.stderr).text();
        if ((await child.exited) === 0) break;
        expect(stderr).not.toContain("damaged");
        told.add(/cannot be (read|opened)/.exec(stderr)?.[0] ?? stderr);
      }
      expect(told.size).toBeGreaterThan(0);
      for (const each of told) expect(each).toStartWith("cannot be");
    });
  },
);

test.each(["check", "token list", "serve --port 0"])(
  "a store without the key of its cursors is damaged to %s",
  async (command) => {
    await terminal.createToken("read");
    {
      using database = new Database(join(terminal.dataDir, "publisher.db"));
      database.run("DELETE FROM cursor_key");
    }
    const { exitCode, stderr } = await terminal.run(command.split(" "));
    expect(exitCode).toBe(1);
    expect(stderr).toContain("is damaged: the key of the cursors is missing");
    expect(stderr).not.toMatch(/^ +at /m);
  },
);

import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isSecret } from "../../../src/tokens/secret/secret.ts";
import { RunningServer } from "../../support/executable/executable.ts";
import { Terminal } from "../../support/executable/terminal.ts";

const terminal = new Terminal();
afterAll(() => terminal[Symbol.dispose]());

async function freshSecret(): Promise<string> {
  return (await terminal.output("token", "generate")).trim();
}

/** Starts a server again, where one has run before. */
async function startAgain(server: RunningServer, env: Record<string, string> = {}): Promise<RunningServer> {
  await server.stop();
  return await RunningServer.start({ cwd: server.cwd, env });
}

describe("the first token's file", () => {
  test("is for its owner alone, as all that lies beside it", async () => {
    await using server = await RunningServer.start({ under: ["sh", "-c", 'umask 000; exec "$0" "$@"'] });
    await server.call("api-token/create", { access: "read" });
    const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
    expect(mode(server.dataDir)).toBe("700");
    const names = readdirSync(server.dataDir);
    expect(names).toEqual(expect.arrayContaining(["first-token", "publisher.db", "publisher.db-wal"]));
    for (const name of names)
      expect({ name, mode: mode(join(server.dataDir, name)) }).toEqual({ name, mode: "600" });
  });

  test("has a write token that is in nothing that was printed, and stays the only one after a restart", async () => {
    await using server = await RunningServer.start({ args: ["--log-level", "debug"] });
    const secret = server.firstToken;
    expect(isSecret(secret)).toBe(true);
    expect((await server.call("api-token/current")).json).toMatchObject({
      access: "write",
      created_by: null,
    });
    await using again = await startAgain(server);
    expect(again.firstToken).toBe(secret);
    expect((await again.call("api-token/list")).json.data).toHaveLength(1);
    expect(again.stdout).toContain(`First token  in ${server.dataDir}/first-token\n`);
    await again.stop();
    for (const printed of [server.stdout, server.stderr, again.stdout, again.stderr])
      expect(printed).not.toContain(secret.slice(0, -4));
  });

  test("goes when that token is revoked at the command line beside the server", async () => {
    await using server = await RunningServer.start();
    const secret = server.firstToken;
    const { id } = (await server.call("api-token/current")).json;
    await terminal.output("token", "revoke", id, "--data-dir", server.dataDir);
    expect(existsSync(join(server.dataDir, "first-token"))).toBe(false);
    expect((await server.call("api-token/current", {}, secret)).status).toBe(401);
  });
});

describe("a given first token", () => {
  test.each(["PUBLISHER_FIRST_TOKEN", "PUBLISHER_FIRST_TOKEN_FILE"])(
    "in %s becomes the first write token, without a file, and is not warned of later",
    async (variable) => {
      using directory = new Terminal();
      const secret = await freshSecret();
      const file = join(directory.cwd, "secret");
      writeFileSync(file, `${secret}\n`);
      const env = { [variable]: variable.endsWith("FILE") ? "secret" : secret };
      const bearer = variable.endsWith("FILE") ? '$(cat "$PUBLISHER_FIRST_TOKEN_FILE")' : `$${variable}`;
      await using server = await RunningServer.start({ cwd: directory.cwd, env });
      expect(server.stdout).toContain(`echo "Authorization: Bearer ${bearer}" | curl`);
      expect((await server.call("api-token/current", {}, secret)).json).toMatchObject({ access: "write" });
      expect(existsSync(join(server.dataDir, "first-token"))).toBe(false);
      await using again = await startAgain(server, env);
      expect(again.stdout).not.toContain("Warning");
      expect((await again.call("api-token/list", {}, secret)).json.data).toHaveLength(1);
      await again.stop();
      for (const { stdout, stderr } of [server, again]) {
        expect(stdout).toContain(`First token  the one in ${variable}\n`);
        expect(stdout + stderr).not.toContain(secret.slice(0, -4));
      }
      expect(readFileSync(file, "utf8")).toBe(`${secret}\n`);
    },
  );

  test("that is malformed stops the start of a new store, and is a warning for a store in use", async () => {
    using directory = new Terminal();
    const env = { PUBLISHER_FIRST_TOKEN: "sk_live_guess" };
    const { exitCode, stdout, stderr } = await directory.run(["serve", "--port", "0"], { env });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(/^publisher: PUBLISHER_FIRST_TOKEN does not hold/);
    expect(stderr).not.toContain("sk_live_");
    expect(directory.names).toEqual([]);
    await directory.createToken("write");
    await using server = await RunningServer.start({ cwd: directory.cwd, env });
    expect(existsSync(join(server.dataDir, "first-token"))).toBe(false);
    const warning = "PUBLISHER_FIRST_TOKEN is not an active token of this store; it changes nothing";
    expect(server.stdout).toContain(`Warning: ${warning}`);
    await server.stop();
    expect(server.stderr).toMatch(new RegExp(`"level":"warn",.*"${warning}`));
  });
});

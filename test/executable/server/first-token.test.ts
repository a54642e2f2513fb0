import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openOrMakeTokens } from "../../../src/server/open-tokens.ts";
import { DataDirectory } from "../../../src/store/sqlite/file/data-directory.ts";
import { COMMAND_LINE } from "../../../src/tokens/audit/audit-event.ts";
import { isSecret, makeSecret } from "../../../src/tokens/secret/secret.ts";
import { RunningServer } from "../../support/executable/executable.ts";
import { Terminal } from "../../support/executable/terminal.ts";
import { REQUEST } from "../../support/new-token.ts";
import { TEST_LIMIT_MS } from "../../support/patience.ts";
import { outcomeOf } from "../../support/store/store.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const terminal = new Terminal();
afterAll(() => terminal[Symbol.dispose]());

/** As `docs/secret-scanners.md` has it. */
const ZEROS = makeSecret(() => new Uint8Array(32));

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

  test("is not made where the store has tokens already", async () => {
    using used = new Terminal();
    const { token } = await used.createToken("write");
    await using server = await RunningServer.start({ cwd: used.cwd });
    expect(existsSync(join(server.dataDir, "first-token"))).toBe(false);
    expect((await server.call("api-token/list", {}, token)).json.data).toHaveLength(1);
  });
});

const WARNING = "is not an active token of this store; it changes nothing, as the store is in use";

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

  test("changes nothing in a store in use, and is warned of if it opens nothing there", async () => {
    await using server = await RunningServer.start();
    const [unknown, other] = [
      await freshSecret(),
      (await server.call("api-token/create", { access: "read" })).json,
    ];
    await using second = await startAgain(server, { PUBLISHER_FIRST_TOKEN: unknown });
    expect(second.stdout).toContain(`Warning: PUBLISHER_FIRST_TOKEN ${WARNING}.`);
    expect((await second.call("api-token/current", {}, unknown)).status).toBe(401);
    expect((await second.call("api-token/current")).status).toBe(200);
    await second.call("api-token/revoke", { id: other.id });
    await using third = await startAgain(second, { PUBLISHER_FIRST_TOKEN: other.token });
    expect(second.stderr).toMatch(new RegExp(`"level":"warn",.*"PUBLISHER_FIRST_TOKEN ${WARNING}"`));
    expect(third.stdout).toContain(`Warning: PUBLISHER_FIRST_TOKEN ${WARNING}.`);
    await using fourth = await startAgain(third, { PUBLISHER_FIRST_TOKEN: "sk_live_mistyped" });
    expect(fourth.stdout).toContain(`Warning: PUBLISHER_FIRST_TOKEN ${WARNING}.`);
    expect((await fourth.call("api-token/list")).json.data).toHaveLength(1);
  });

  const GUESSED =
    /^publisher: PUBLISHER_FIRST_TOKEN holds a token that can be guessed.*"publisher token generate" makes/;
  test.each<[name: string, env: Record<string, string>, sentence: RegExp]>([
    ["is malformed", { PUBLISHER_FIRST_TOKEN: "sk_live_guess" }, /PUBLISHER_FIRST_TOKEN does not/],
    ["is in a malformed file", { PUBLISHER_FIRST_TOKEN_FILE: "/dev/null" }, /_FILE does not hold/],
    [
      "is in no file",
      { PUBLISHER_FIRST_TOKEN_FILE: "gone" },
      /_FILE names a file that cannot be read: .*gone/,
    ],
    ["is an example of the documentation", { PUBLISHER_FIRST_TOKEN: ZEROS }, GUESSED],
    [
      "is given twice",
      { PUBLISHER_FIRST_TOKEN: "a", PUBLISHER_FIRST_TOKEN_FILE: "b" },
      /are both set; set one/,
    ],
  ])("stops the start of a new store if it %s", async (_, env, sentence) => {
    using directory = new Terminal();
    const { exitCode, stdout, stderr } = await directory.run(["serve", "--port", "0"], { env });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toContain("sk_live_");
    expect(directory.names).toEqual([]);
  });

  test("that can be guessed works on in a store that has it, with a warning that says what to do", async () => {
    using terminal = new Terminal();
    const { tokens, store } = openOrMakeTokens(new DataDirectory(terminal.dataDir));
    const { id } = outcomeOf(await tokens.create(REQUEST, COMMAND_LINE, ZEROS)).token;
    store.close();
    const env = { PUBLISHER_FIRST_TOKEN: ZEROS };
    await using server = await RunningServer.start({ cwd: terminal.cwd, env });
    const warning = `The token in PUBLISHER_FIRST_TOKEN can be guessed; replace it now, with "publisher token rotate ${id} --overlap 0"`;
    expect(server.stdout).toContain(`Warning: ${warning}.\n`);
    expect((await server.call("api-token/current", {}, ZEROS)).status).toBe(200);
    await terminal.output("token", "rotate", id, "--overlap", "0");
    expect((await server.call("api-token/current", {}, ZEROS)).status).toBe(401);
    await server.stop();
    expect(server.stderr).toContain(`"level":"warn"`);
    expect(server.stderr).toContain(JSON.stringify(warning));
  });

  test("in a file that is gone, or given twice, is a warning to a store in use", async () => {
    await using server = await RunningServer.start();
    for (const [env, warning] of [
      [{ PUBLISHER_FIRST_TOKEN_FILE: "gone" }, "PUBLISHER_FIRST_TOKEN_FILE names a file that cannot be read"],
      [{ PUBLISHER_FIRST_TOKEN: "a", PUBLISHER_FIRST_TOKEN_FILE: "b" }, "are both set"],
    ] as const) {
      await using again = await startAgain(server, env);
      expect(again.stdout).toContain(warning);
      expect(again.stdout).toContain("it changes nothing, as the store is in use.");
      await again.stop();
    }
  });
});

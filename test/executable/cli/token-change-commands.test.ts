import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { isSecret } from "../../../src/tokens/secret/secret.ts";
import { EXECUTABLE, RunningServer } from "../../support/executable/executable.ts";
import { Terminal } from "../../support/executable/terminal.ts";
import { RESOURCE_KEYS } from "../../support/http/resource.ts";
import { TEST_LIMIT_MS } from "../../support/patience.ts";
import { expectRefusal } from "./refusal.ts";

setDefaultTimeout(TEST_LIMIT_MS);

async function resource(terminal: Terminal, id: string): Promise<Readonly<Record<string, unknown>>> {
  const { data } = JSON.parse(await terminal.output("token", "list", "--all", "--json"));
  return data.find((token: { id: string }) => token.id === id);
}

test("token create takes audiences one by one or in a list", async () => {
  using terminal = new Terminal();
  const { id } = await terminal.createToken("read", "--audience", "wiki", "--audience", "git,files");
  expect(await resource(terminal, id)).toMatchObject({ audiences: ["wiki", "git", "files"] });
});

describe("token update", () => {
  test("changes what is said and nothing else, beside a running server", async () => {
    await using server = await RunningServer.start();
    using terminal = new Terminal();
    const at = ["--data-dir", server.dataDir];
    const { id } = await terminal.createToken("read", "--description", "a", "--expires-in", "1d", ...at);
    const said = await terminal.output("token", "update", id, "--expires-at", "2099-12-31T23:59:59Z", ...at);
    expect(said).toBe(`Updated ${id}. It expires at 2099-12-31T23:59:59Z.\n`);
    const now = (await server.call("api-token/get", { id })).json;
    expect(now).toMatchObject({ description: "a", expires_at: "2099-12-31T23:59:59Z" });
    const flags = ["--no-description", "--no-expiry", "--json"];
    const printed = JSON.parse(await terminal.output("token", "update", id, ...flags, ...at));
    expect(Object.keys(printed)).toEqual(RESOURCE_KEYS);
    expect(printed).toEqual({ ...now, description: null, expires_at: null });
    expect((await server.call("api-token/get", { id })).json).toEqual(printed);
    expect(await terminal.output("token", "update", id, "--description", "b", ...at)).toBe(
      `Updated ${id}. It never expires.\n`,
    );
  });

  test("refuses a bad request, and changes nothing", async () => {
    using terminal = new Terminal();
    const { id } = await terminal.createToken("read");
    const update = ["token", "update", id];
    await expectRefusal(terminal, update, 2, "Nothing to change. Give --description,");
    const past = [...update, "--expires-at", "2000-01-01T00:00:00Z"];
    await expectRefusal(terminal, past, 2, "The expiry must be in the future.");
    await expectRefusal(
      terminal,
      ["token", "update", "atok_0", "--no-expiry"],
      1,
      "There is no token atok_0",
    );
    await terminal.output("token", "revoke", id);
    const revoked = `The token ${id} is revoked and cannot be changed any more. Nothing was changed.\n`;
    await expectRefusal(terminal, [...update, "--no-expiry"], 1, revoked);
  });
});

describe("token rotate", () => {
  test("prints the new secret alone, and tells until when the old one works", async () => {
    await using server = await RunningServer.start();
    using terminal = new Terminal();
    const at = ["--data-dir", server.dataDir];
    const old = await terminal.createToken("read", ...at);
    const ran = await terminal.run(["token", "rotate", old.id, "--overlap", "1h", ...at]);
    expect({ exitCode: ran.exitCode, stdout: ran.stdout }).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(/^\S+\n$/),
    });
    const secret = ran.stdout.trim();
    expect(isSecret(secret)).toBe(true);
    expect(ran.stderr).toMatch(
      new RegExp(
        `^Created atok_\\w+ in place of ${old.id}\\. This is the new secret, .*:\nThe old token ${old.id} works until \\S+Z\\.\n$`,
      ),
    );
    const successor = (await server.call("api-token/current", {}, secret)).json;
    const replaced = (await server.call("api-token/current", {}, old.token)).json;
    expect(replaced).toMatchObject({ status: "active", replaced_by: successor.id });
    expect(ran.stderr).toContain(`until ${replaced.expires_at}`);
    await expectRefusal(
      terminal,
      ["token", "rotate", old.id, ...at],
      1,
      `The token ${old.id} was already replaced, by ${successor.id}. Nothing was changed.\n`,
    );
  });

  test("revokes the old token at once with --overlap 0, and prints with --json what the API answers", async () => {
    using terminal = new Terminal();
    const old = await terminal.createToken("write", "--audience", "wiki", "--expires-in", "1d");
    const flags = ["--overlap", "0", "--no-expiry", "--json"];
    const printed = JSON.parse(await terminal.output("token", "rotate", old.id, ...flags));
    expect(printed).toEqual({
      id: expect.stringMatching(/^atok_/),
      access: "write",
      description: null,
      token: expect.stringMatching(/^sk_live_/),
      created_at: expect.stringMatching(/Z$/),
      expires_at: null,
      audiences: ["wiki"],
      replaces: old.id,
    });
    expect(await resource(terminal, old.id)).toMatchObject({ status: "revoked", replaced_by: printed.id });
  });

  test("refuses a bad overlap and a bad expiry, and changes nothing", async () => {
    using terminal = new Terminal();
    const { id } = await terminal.createToken("read");
    const rotate = ["token", "rotate", id];
    for (const overlap of ["31d", "1y"])
      await expectRefusal(terminal, [...rotate, "--overlap", overlap], 2, "--overlap must be");
    const past = [...rotate, "--expires-at", "2000-01-01T00:00:00Z"];
    await expectRefusal(terminal, past, 2, "The expiry must be in the future.");
    expect(await resource(terminal, id)).toMatchObject({ replaced_by: null, expires_at: null });
  });
});

describe("token verify", () => {
  test("says of a secret on stdin whether it is good, by its exit code too", async () => {
    using terminal = new Terminal();
    const { id, token } = await terminal.createToken("read", "--audience", "wiki", "--expires-in", "1d");
    const good = await terminal.run(["token", "verify", "--audience", "wiki"], { stdin: `${token}\n` });
    expect(good).toMatchObject({ exitCode: 0, stderr: "" });
    expect(good.stdout).toMatch(new RegExp(`^Valid: ${id}, read access to wiki, expires at \\S+Z\\.\n$`));
    for (const [args, stdin, said] of [
      [[], token, `the token is for another audience. It is ${id}, read access to wiki`],
      [["--audience", "wiki", "--access", "write"], token, `the token may only read. It is ${id}`],
      [[], `${token}x`, "this is no secret of Publisher: it is mistyped, cut short or made up.\n"],
      [[], (await terminal.output("token", "generate")).trim(), "no token of this store has this secret.\n"],
    ] as const) {
      const bad = await terminal.run(["token", "verify", ...args], { stdin });
      expect(bad).toMatchObject({ exitCode: 1, stdout: "" });
      expect(bad.stderr).toStartWith(`publisher: Not valid: ${said}`);
      expect(bad.stderr).not.toContain(stdin);
    }
    await terminal.output("token", "revoke", id);
    const revoked = await terminal.run(["token", "verify", "--audience", "wiki", "--json"], { stdin: token });
    expect(revoked.exitCode).toBe(1);
    expect(JSON.parse(revoked.stdout)).toMatchObject({ valid: false, reason: "revoked", api_token: { id } });
  });

  test("refuses a bad secret and a bad audience", async () => {
    using terminal = new Terminal();
    await terminal.createToken("read");
    const verify = ["token", "verify"];
    await expectRefusal(terminal, verify, 2, "There is no secret on stdin.\n", { stdin: "" });
    await expectRefusal(terminal, verify, 2, "stdin has more than one secret.\n", {
      stdin: "x".repeat(70_000),
    });
    await expectRefusal(terminal, [...verify, "--audience", "Wiki"], 2, "--audience must be a name", {
      stdin: "x",
    });
  });

  test("says why stdin cannot be read", async () => {
    using terminal = new Terminal();
    await terminal.createToken("read");
    const line = `exec '${EXECUTABLE}' token verify --data-dir '${terminal.dataDir}' < /`;
    const { exitCode, stderr } = Bun.spawnSync(["sh", "-c", line]);
    expect(stderr.toString()).toBe("publisher: The secret cannot be read from stdin: it is a directory.\n");
    expect(exitCode).toBe(1);
  });
});

import { describe, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { isSecret } from "../../../src/tokens/secret/secret.ts";
import { RunningServer } from "../../support/executable/executable.ts";
import { Terminal } from "../../support/executable/terminal.ts";
import { RESOURCE_KEYS } from "../../support/http/resource.ts";
import { expectRefusal } from "./refusal.ts";

describe("token create", () => {
  test("prints the secret alone on stdout, and the rest on stderr", async () => {
    using terminal = new Terminal();
    const first = await terminal.run(["token", "create", "--access", "write", "--new-store"]);
    expect(first.exitCode).toBe(0);
    expect(first.stdout).toMatch(/^\S+\n$/);
    expect(isSecret(first.stdout.trim())).toBe(true);
    expect(first.stderr).toContain(`Made a new store, ${terminal.cwd}/data/publisher.db.`);
    expect(first.stderr).toMatch(/Created atok_\w+\. .*not shown again/);
    expect(first.stderr).not.toContain(first.stdout.trim());
    const second = await terminal.run(["token", "create", "--access", "write"]);
    expect(second.stderr).not.toContain("new store");
    expect(second.stdout).not.toBe(first.stdout);
  });

  test("prints with --json the answer of the API", async () => {
    using terminal = new Terminal();
    await using server = await RunningServer.start({ cwd: terminal.cwd });
    const description = 'CI <"ünï" 🔑>';
    const flags = ["--description", description, "--expires-at", "2099-06-01T12:00:00.9+02:00"];
    const printed = await terminal.createToken("read", ...flags);
    const request = { access: "read", description, expires_at: "2099-06-01T10:00:00Z" };
    const { json: answered } = await server.call("api-token/create", request);
    for (const created of [printed, answered]) {
      expect(Object.keys(created).join(" ")).toBe("id access description token created_at expires_at");
      expect(created).toEqual({
        ...request,
        id: expect.stringMatching(/^atok_\w{20,}$/),
        token: expect.stringMatching(/^sk_live_\w{49}$/),
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      });
    }
    expect(await terminal.createToken("write")).toMatchObject({ description: null, expires_at: null });
  });

  test("counts --expires-in from now", async () => {
    using terminal = new Terminal();
    const from = Date.now() / 1000 + 1800;
    const printed: Record<string, string> = await terminal.createToken("read", "--expires-in", "30m");
    const to = Date.now() / 1000 + 1800;
    expect(Date.parse(printed.expires_at ?? "") / 1000).toBeWithin(from - 1, to + 1);
  });

  test("--verifies makes a token that verifies for its audiences and does nothing else", async () => {
    using terminal = new Terminal();
    await using server = await RunningServer.start({ cwd: terminal.cwd });
    const { token } = await terminal.createToken("read", "--audience", "wiki", "--verifies");
    await terminal.createToken("read", "--audience", "a", "--audience", "b,c");
    const list = await terminal.output("token", "list");
    expect(list).toMatch(/ verifies {2}active .* wiki$/m);
    expect(list).toMatch(/ read {6}active .* a,b,c$/m);
    const verified = await server.call("api-token/verify", { token: server.firstToken }, token);
    expect(verified.json).toEqual({ valid: false, reason: "wrong_audience", api_token: null });
    expect((await server.call("api-token/list", {}, token)).status).toBe(403);
  });
});

describe("token revoke", () => {
  test("repeats the first time of a revoked token, and prints with --json the answer of the API", async () => {
    using terminal = new Terminal();
    await using server = await RunningServer.start({ cwd: terminal.cwd });
    const { id } = await terminal.createToken("read");
    const first = await terminal.output("token", "revoke", id);
    const [, moment] =
      new RegExp(`^Revoked ${id}, at (\\S+Z)\\. It is refused from now on\\.\n$`).exec(first) ?? [];
    expect(await terminal.output("token", "revoke", id)).toBe(`${id} was revoked already, at ${moment}.\n`);
    const printed = JSON.parse(await terminal.output("token", "revoke", id, "--json"));
    expect(Object.keys(printed)).toEqual(RESOURCE_KEYS);
    expect(printed).toMatchObject({ id, status: "revoked", created_by: null });
    expect((await server.call("api-token/revoke", { id })).json).toEqual(printed);
  });

  test("revokes the descendants with --descendants, and shows them before with --dry-run", async () => {
    using terminal = new Terminal();
    await using server = await RunningServer.start({ cwd: terminal.cwd });
    const thief = (await server.call("api-token/create", { access: "write" })).json;
    for (const access of ["read", "read", "write"])
      await server.call("api-token/create", { access }, thief.token);
    const revoke = (...flags: string[]) => terminal.output("token", "revoke", thief.id, ...flags);
    const left = "3 descendants: 1 active write, 2 active read";
    expect(await revoke("--descendants", "--dry-run")).toBe(
      `Would revoke ${thief.id}, and ${left}. Nothing was changed.\n`,
    );
    expect(await revoke("--dry-run")).toBe(`Would revoke ${thief.id}. Nothing was changed.\n`);
    const asJson = JSON.parse(await revoke("--descendants", "--dry-run", "--json"));
    expect(asJson).toMatchObject({ status: "active", descendants: { active: { read: 2, write: 1 } } });
    expect((await server.call("api-token/current", {}, thief.token)).status).toBe(200);
    expect(await revoke("--descendants")).toMatch(
      new RegExp(`^Revoked ${thief.id}, at \\S+Z, and ${left}\\. They are refused from now on\\.\n$`),
    );
    expect(await revoke("--descendants")).toEndWith("It had no descendants left to revoke.\n");
    expect(await revoke("--descendants", "--dry-run")).toBe(
      `${thief.id} is revoked already, and nothing is left to revoke. Nothing was changed.\n`,
    );
    expect(await terminal.output("token", "list")).not.toContain(" read ");
  });

  test("fails for the id of no token, and changes nothing", async () => {
    using terminal = new Terminal();
    await terminal.createToken("read");
    const revoke = ["token", "revoke", "atok_0", "--json"];
    await expectRefusal(terminal, revoke, 1, "There is no token atok_0 in this store.\n");
    expect(await terminal.output("token", "list")).toContain(" active ");
  });
});

test("token generate prints a new secret, and makes no store", async () => {
  using terminal = new Terminal();
  const secrets = [await terminal.output("token", "generate"), await terminal.output("token", "generate")];
  expect(new Set(secrets).size).toBe(2);
  for (const secret of secrets) expect(isSecret(secret.slice(0, -1))).toBe(true);
  expect(terminal.names).toEqual([]);
});

describe("without a store", () => {
  test("token create makes none without --new-store, and names the stores nearby", async () => {
    using terminal = new Terminal();
    const create = ["token", "create", "--access", "read"];
    await expectRefusal(terminal, create, 1, `There is no Publisher store in ${terminal.dataDir}. `);
    const advice = ` To make a new store in ${terminal.dataDir}, add --new-store.\n`;
    await expectRefusal(terminal, create, 1, advice);
    expect(terminal.names).toEqual([]);
    await terminal.createToken("read");
    const elsewhere = await terminal.run([...create, "--data-dir", "elsewhere"]);
    expect(elsewhere.stderr).toMatch(/Did you mean (?:.* or )?--data-dir \/\S+\/data\b/);
    expect(elsewhere.stderr).toContain(terminal.dataDir);
    expect(terminal.names).toEqual(["data"]);
  });

  test("a path with a line break is quoted on one line", async () => {
    using terminal = new Terminal();
    const cwd = join(terminal.cwd, "new\nline");
    mkdirSync(cwd);
    const create = ["token", "create", "--access", "read", "--new-store"];
    expect((await terminal.run(create, { cwd })).exitCode).toBe(0);
    const { stderr } = await terminal.run(["token", "list", "--data-dir", "elsewhere"], { cwd });
    expect(stderr).toContain(`no Publisher store in ${JSON.stringify(join(cwd, "elsewhere"))}. `);
    expect(stderr).toContain(`--data-dir ${JSON.stringify(join(cwd, "data"))}`);
    expect(stderr.trimEnd()).not.toContain("\n");
  });

  test.skipIf(process.platform !== "linux")("the message names that of a running server", async () => {
    await using server = await RunningServer.start();
    using terminal = new Terminal();
    for (const command of ["token create --access read", "token list"]) {
      const { stderr } = await terminal.run(command.split(" "));
      // It names three, the newest servers first: with more on this machine, this one may be left out.
      const named = stderr.split("--data-dir ").length - 1;
      if (named < 3) expect(stderr).toContain(`--data-dir ${server.dataDir}`);
    }
    expect(terminal.names).toEqual([]);
  });
});

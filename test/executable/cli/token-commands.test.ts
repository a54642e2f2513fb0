import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { isSecret } from "../../../src/tokens/secret/secret.ts";
import { RunningServer } from "../../support/executable/executable.ts";
import { Terminal } from "../../support/executable/terminal.ts";
import { RESOURCE_KEYS } from "../../support/http/resource.ts";
import { TEST_LIMIT_MS } from "../../support/patience.ts";
import { expectRefusal } from "./refusal.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const CREATED_KEYS = ["id", "access", "description", "token", "created_at", "expires_at"];
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

describe("token create", () => {
  test("prints the secret alone on stdout, and tells the person of the new store on stderr", async () => {
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

  test("prints with --json what the API answers", async () => {
    await using server = await RunningServer.start();
    using terminal = new Terminal();
    const description = 'CI <"ünï" 🔑>';
    const request = { access: "read", description, expires_at: "2099-12-31T23:59:59Z" };
    const { json: answered } = await server.call("api-token/create", request);
    const flags = ["--description", description, "--expires-at", "2099-12-31T23:59:59Z"];
    const printed = await terminal.createToken("read", ...flags);
    expect(Object.keys(printed)).toEqual(CREATED_KEYS);
    expect(Object.keys(answered)).toEqual(CREATED_KEYS);
    const own = {
      id: expect.stringMatching(/^atok_\w{20,}$/),
      token: expect.stringMatching(/^sk_live_\w{49}$/),
      created_at: expect.stringMatching(TIME),
    };
    expect(printed).toEqual({ ...request, ...own });
    expect(answered).toEqual({ ...request, ...own });
  });

  test("leaves absent values null, and converts times to UTC", async () => {
    using terminal = new Terminal();
    expect(await terminal.createToken("write")).toMatchObject({ description: null, expires_at: null });
    const printed = await terminal.createToken("read", "--expires-at", "2099-06-01T12:00:00.9+02:00");
    expect(printed).toHaveProperty("expires_at", "2099-06-01T10:00:00Z");
  });

  test("--expires-in counts from now", async () => {
    using terminal = new Terminal();
    const from = Date.now() / 1000 + 1800;
    const printed: Record<string, string> = await terminal.createToken("read", "--expires-in", "30m");
    const to = Date.now() / 1000 + 1800;
    expect(Date.parse(printed.expires_at ?? "") / 1000).toBeWithin(from - 1, to + 1);
  });
});

describe("token list", () => {
  test("is a table of what can still matter, newest first; --all has the revoked ones too", async () => {
    using terminal = new Terminal();
    const old = await terminal.createToken("write", "--description", "old one");
    const gone = await terminal.createToken("read", "--description", "gone");
    const wide = await terminal.createToken("read", "--description", "日本語", "--expires-in", "1d");
    await terminal.output("token", "revoke", gone.id);
    const lines = (await terminal.output("token", "list")).trimEnd().split("\n");
    expect(lines[0]).toMatch(/^ID +ACCESS +STATUS +SECRET +CREATED +EXPIRES +LAST USED +DESCRIPTION$/);
    expect(lines[1]).toMatch(
      new RegExp(`^${wide.id} +read +active +…${wide.token.slice(-4)} .*Z +never +日本語$`),
    );
    expect(lines[2]).toMatch(new RegExp(`^${old.id} +write +active .* never +never +old one$`));
    expect(lines).toHaveLength(3);
    const all = await terminal.output("token", "list", "--all");
    expect(all.trimEnd().split("\n")).toHaveLength(4);
    expect(all).toMatch(new RegExp(`\n${gone.id} +read +revoked `));
    for (const { token } of [old, gone, wide]) expect(all).not.toContain(token);
  });

  test("prints with --json one list of all, in the API's form, however many there are", async () => {
    await using server = await RunningServer.start();
    await Promise.all(
      Array.from({ length: 1005 }, async () => await server.call("api-token/create", { access: "read" })),
    );
    using terminal = new Terminal();
    const list = JSON.parse(await terminal.output("token", "list", "--json", "--data-dir", server.dataDir));
    expect(Object.keys(list)).toEqual(["data", "page"]);
    expect(list.page).toEqual({ page_size: 1006, cursor: null, more: false });
    expect(new Set(list.data.map(({ id }: { id: string }) => id)).size).toBe(1006);
    expect(Object.keys(list.data[0])).toEqual(RESOURCE_KEYS);
    const answered = await server.call("api-token/list", { pagination: { limit: 1000 } });
    expect(list.data.slice(0, 1000)).toEqual(answered.json.data);
  });
});

describe("token create --verifies", () => {
  test("makes a token that verifies for its audiences and does nothing else", async () => {
    await using server = await RunningServer.start();
    const dataDir = ["--data-dir", server.dataDir];
    using terminal = new Terminal();
    const { token } = await terminal.createToken("read", "--audience", "wiki", "--verifies", ...dataDir);
    expect(await terminal.output("token", "list", ...dataDir)).toMatch(/ verifies {2}active .* wiki/);
    const verified = await server.call("api-token/verify", { token: server.firstToken }, token);
    expect(verified.json).toEqual({ valid: false, reason: "wrong_audience", api_token: null });
    expect((await server.call("api-token/list", {}, token)).status).toBe(403);
  });
});

describe("token revoke", () => {
  test("says so once more, with the first time, and prints with --json what the API answers", async () => {
    await using server = await RunningServer.start();
    const dataDir = ["--data-dir", server.dataDir];
    using terminal = new Terminal();
    const { id } = await terminal.createToken("read", ...dataDir);
    const said = await terminal.output("token", "revoke", id, ...dataDir);
    expect(said).toMatch(new RegExp(`^Revoked ${id}, at \\S+Z\\. It is refused from now on\\.\n$`));
    const [, moment] = /at (\S+Z)/.exec(said) ?? [];
    expect(await terminal.output("token", "revoke", id, ...dataDir)).toBe(
      `${id} was revoked already, at ${moment}.\n`,
    );
    const printed = JSON.parse(await terminal.output("token", "revoke", id, "--json", ...dataDir));
    expect(Object.keys(printed)).toEqual(RESOURCE_KEYS);
    expect(printed).toMatchObject({ id, status: "revoked", created_by: null });
    expect((await server.call("api-token/revoke", { id })).json).toEqual(printed);
  });

  test("revokes the descendants too where that is asked for, and shows them before", async () => {
    await using server = await RunningServer.start();
    const dataDir = ["--data-dir", server.dataDir];
    using terminal = new Terminal();
    const thief = (await server.call("api-token/create", { access: "write" })).json;
    for (const access of ["read", "read", "write"])
      await server.call("api-token/create", { access }, thief.token);
    const revoke = (...flags: string[]) => terminal.output("token", "revoke", thief.id, ...flags, ...dataDir);
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
    expect(await terminal.output("token", "list", ...dataDir)).not.toContain(" read ");
  });

  test("fails for the id of no token, and changes nothing", async () => {
    using terminal = new Terminal();
    await terminal.createToken("read");
    const revoke = ["token", "revoke", "atok_0", "--json"];
    await expectRefusal(terminal, revoke, 1, "There is no token atok_0 in this store.\n");
    expect(await terminal.output("token", "list")).toContain(" active ");
  });
});

test("token generate prints a fresh secret, and needs no store and makes none", async () => {
  using terminal = new Terminal();
  const secrets = [await terminal.output("token", "generate"), await terminal.output("token", "generate")];
  expect(new Set(secrets).size).toBe(2);
  for (const secret of secrets) expect(isSecret(secret.slice(0, -1))).toBe(true);
  expect(terminal.names).toEqual([]);
});

describe("token create where there is no store", () => {
  test("makes none unless told to, and says where there is one", async () => {
    using terminal = new Terminal();
    const create = ["token", "create", "--access", "read"];
    await expectRefusal(terminal, create, 1, `There is no Publisher store in ${terminal.dataDir}. `);
    await expectRefusal(
      terminal,
      create,
      1,
      ` To make a new store in ${terminal.dataDir}, add --new-store.\n`,
    );
    expect(terminal.names).toEqual([]);
    await terminal.createToken("read");
    const elsewhere = await terminal.run([...create, "--data-dir", "elsewhere"]);
    expect(elsewhere.stderr).toMatch(/Did you mean (?:.* or )?--data-dir \/\S+\/data\b/);
    expect(elsewhere.stderr).toContain(terminal.dataDir);
    expect(terminal.names).toEqual(["data"]);
  });

  test("quotes a path with a line break on one line", async () => {
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

  test.skipIf(process.platform !== "linux")("names that of a running server", async () => {
    await using server = await RunningServer.start();
    using terminal = new Terminal();
    for (const command of ["token create --access read", "token list"]) {
      const { stderr } = await terminal.run(command.split(" "));
      // Three are named, the newest servers first: where more run on this machine, this one may be left out.
      const named = stderr.split("--data-dir ").length - 1;
      if (named < 3) expect(stderr).toContain(`--data-dir ${server.dataDir}`);
    }
    expect(terminal.names).toEqual([]);
  });
});

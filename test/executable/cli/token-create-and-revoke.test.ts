import { expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { isSecret } from "../../../src/tokens/secret/secret.ts";
import { RunningServer } from "../../support/executable/executable.ts";
import { RESOURCE_KEYS } from "../../support/http/resource.ts";
import { useTerminal } from "../../support/store/store-terminal.ts";
import { expectRefusal } from "./refusal.ts";

const terminal = useTerminal();

const CREATE = ["token", "create", "--access", "read"];

test("token create prints the secret alone on stdout, and the rest on stderr", async () => {
  const first = await terminal.run([...CREATE, "--new-store"]);
  expect([first.exitCode, first.stdout]).toEqual([0, expect.stringMatching(/^\S+\n$/)]);
  expect(isSecret(first.stdout.trim())).toBe(true);
  expect(first.stderr).toContain(`Made a new store, ${terminal.database}.`);
  expect(first.stderr).toMatch(/Created atok_\w+\. .*not shown again/);
  expect(first.stderr).not.toContain(first.stdout.trim());
  const second = await terminal.run(CREATE);
  expect(second.stderr).not.toContain("new store");
  expect(second.stdout).not.toBe(first.stdout);
});

test("token create prints with --json the answer of the API", async () => {
  await using server = await terminal.serve();
  const description = 'CI <"ünï" 🔑>';
  const flags = ["--description", description, "--expires-at", "2099-06-01T12:00:00.9+02:00"];
  const printed = await terminal.createToken("read", ...flags);
  const request = { access: "read", description, expires_at: "2099-06-01T10:00:00Z" };
  const { json: answered } = await server.call("api-token/create", request);
  expect(Object.keys(printed)).toEqual(Object.keys(answered));
  const own = { id: printed.id, token: printed.token, created_at: expect.stringMatching(/Z$/) };
  expect<unknown>(printed).toEqual({ ...answered, ...own });
  expect((await server.call("api-token/get", { id: printed.id })).json).toMatchObject(request);
  const more = ["--audience", "a", "--audience", "b,c", "--verifies"];
  const verifying = { audiences: ["a", "b", "c"], verifies: true, description: null, expires_at: null };
  expect(await terminal.createToken("read", ...more)).toMatchObject(verifying);
});

test("token revoke repeats the first time of a revoked token, and prints with --json the answer of the API", async () => {
  await using server = await terminal.serve();
  const { id } = await terminal.createToken("read");
  const revoke = `token revoke ${id}`;
  const first = await terminal.done(revoke);
  const [, moment] =
    new RegExp(`^Revoked ${id}, at (\\S+Z)\\. It is refused from now on\\.\n$`).exec(first) ?? [];
  expect(await terminal.done(revoke)).toBe(`${id} was revoked already, at ${moment}.\n`);
  const printed = JSON.parse(await terminal.done(`${revoke} --json`));
  expect(Object.keys(printed)).toEqual(RESOURCE_KEYS);
  expect(printed).toMatchObject({ id, status: "revoked", created_by: null });
  expect((await server.call("api-token/revoke", { id })).json).toEqual(printed);
});

test("token revoke revokes the descendants with --descendants, and shows them before with --dry-run", async () => {
  await using server = await terminal.serve();
  const thief = (await server.call("api-token/create", { access: "write" })).json;
  for (const access of ["read", "read", "write"])
    await server.call("api-token/create", { access }, thief.token);
  const revoke = (flags: string) => terminal.done(`token revoke ${thief.id} ${flags}`);
  const left = "3 descendants: 1 active write, 2 active read";
  expect(await revoke("--descendants --dry-run")).toBe(
    `Would revoke ${thief.id}, and ${left}. Nothing was changed.\n`,
  );
  expect(await revoke("--dry-run")).toBe(`Would revoke ${thief.id}. Nothing was changed.\n`);
  const asJson = JSON.parse(await revoke("--descendants --dry-run --json"));
  expect(asJson).toMatchObject({ status: "active", descendants: { active: { read: 2, write: 1 } } });
  expect(await revoke("--descendants")).toMatch(
    new RegExp(`^Revoked ${thief.id}, at \\S+Z, and ${left}\\. They are refused from now on\\.\n$`),
  );
  expect(await revoke("--descendants")).toEndWith("It had no descendants left to revoke.\n");
  expect(await revoke("--descendants --dry-run")).toBe(
    `${thief.id} is revoked already, and nothing is left to revoke. Nothing was changed.\n`,
  );
  expect(await terminal.done("token list")).not.toContain(" read ");
});

test("token generate prints a new secret, and makes no store", async () => {
  const secrets = [await terminal.done("token generate"), await terminal.done("token generate")];
  expect(new Set(secrets).size).toBe(2);
  for (const secret of secrets) expect(isSecret(secret.slice(0, -1))).toBe(true);
  expect(terminal.names).toEqual([]);
});

test("without a store, token create makes none without --new-store, and names the stores nearby", async () => {
  const create = CREATE.join(" ");
  await expectRefusal(terminal, create, 1, `There is no Publisher store in ${terminal.dataDir}. `);
  await expectRefusal(terminal, create, 1, ` a new store in ${terminal.dataDir}, add --new-store.\n`);
  expect(terminal.names).toEqual([]);
  await terminal.createToken("read");
  const elsewhere = await terminal.run([...CREATE, "--data-dir", "elsewhere"]);
  expect(elsewhere.stderr).toMatch(/Did you mean (?:.* or )?--data-dir \/\S+\/data\b/);
  expect(elsewhere.stderr).toContain(terminal.dataDir);
  expect(terminal.names).toEqual(["data"]);
});

test("without a store, a path with a line break is quoted on one line", async () => {
  const cwd = terminal.path("new\nline");
  mkdirSync(cwd);
  expect((await terminal.run([...CREATE, "--new-store"], { cwd })).exitCode).toBe(0);
  const { stderr } = await terminal.run(["token", "list", "--data-dir", "elsewhere"], { cwd });
  expect(stderr).toContain(`no Publisher store in ${JSON.stringify(`${cwd}/elsewhere`)}. `);
  expect(stderr).toContain(`--data-dir ${JSON.stringify(`${cwd}/data`)}`);
  expect(stderr.trimEnd()).not.toContain("\n");
});

test.skipIf(process.platform !== "linux")("the store of a running server is named", async () => {
  await using server = await RunningServer.start();
  for (const command of [CREATE, ["token", "list"]]) {
    const { stderr } = await terminal.run(command);
    // It names three, the newest servers first: with more on this machine, this one may be left out.
    const named = stderr.split("--data-dir ").length - 1;
    if (named < 3) expect(stderr).toContain(`--data-dir ${server.dataDir}`);
  }
  expect(terminal.names).toEqual([]);
});

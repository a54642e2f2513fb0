import { expect, test } from "bun:test";
import { isSecret } from "../../../src/tokens/secret/secret.ts";
import { EXECUTABLE } from "../../support/executable/executable.ts";
import { RESOURCE_KEYS } from "../../support/http/resource.ts";
import { useTerminal } from "../../support/store/store-terminal.ts";
import { expectRefusal } from "./refusal.ts";

const terminal = useTerminal();

test("token update changes its flags and nothing else, beside a running server", async () => {
  await using server = await terminal.serve();
  const { id } = await terminal.createToken("read", "--description", "a", "--expires-in", "1d");
  const update = (flags: string) => terminal.done(`token update ${id} ${flags}`);
  const expires = `Updated ${id}. It expires at 2099-12-31T23:59:59Z.\n`;
  expect(await update("--expires-at 2099-12-31T23:59:59Z")).toBe(expires);
  const now = (await server.call("api-token/get", { id })).json;
  expect(now).toMatchObject({ description: "a", expires_at: "2099-12-31T23:59:59Z" });
  expect(await update("--description b")).toBe(expires);
  const printed = JSON.parse(await update("--no-description --no-expiry --json"));
  expect(Object.keys(printed)).toEqual(RESOURCE_KEYS);
  expect(printed).toEqual({ ...now, description: null, expires_at: null });
  expect((await server.call("api-token/get", { id })).json).toEqual(printed);
  expect(await update("--description c")).toBe(`Updated ${id}. It never expires.\n`);
});

test("token update and token rotate refuse a bad request, and change nothing", async () => {
  const { id } = await terminal.createToken("read");
  const update = `token update ${id}`;
  await expectRefusal(terminal, update, 2, "Nothing to change. Give --description,");
  const past = "--expires-at 2000-01-01T00:00:00Z";
  for (const command of [update, `token rotate ${id}`])
    await expectRefusal(terminal, `${command} ${past}`, 2, "The expiry must be in the future.");
  await terminal.done(`token revoke ${id}`);
  const revoked = `The token ${id} is revoked and cannot be changed any more. Nothing was changed.\n`;
  await expectRefusal(terminal, `${update} --no-expiry`, 1, revoked);
});

test("token rotate prints the new secret alone, and the end of the old one", async () => {
  await using server = await terminal.serve();
  const { id, token } = await terminal.createToken("read");
  const { exitCode, stdout, stderr } = await terminal.run(["token", "rotate", id, "--overlap", "1h"]);
  expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^\S+\n$/)]);
  expect(isSecret(stdout.trim())).toBe(true);
  const successor = (await server.call("api-token/current", {}, stdout.trim())).json;
  const replaced = (await server.call("api-token/current", {}, token)).json;
  expect(replaced).toMatchObject({ status: "active", replaced_by: successor.id });
  expect(stderr).toBe(
    `Created ${successor.id} in place of ${id}. This is the new secret, which is not shown again:\n` +
      `The old token ${id} works until ${replaced.expires_at}.\n`,
  );
  const message = `The token ${id} was already replaced, by ${successor.id}. Nothing was changed.\n`;
  await expectRefusal(terminal, `token rotate ${id}`, 1, message);
});

test("token rotate revokes the old token at once with --overlap 0, and prints with --json the answer of the API", async () => {
  const { id } = await terminal.createToken("write", "--audience", "wiki", "--expires-in", "1d");
  const printed = JSON.parse(await terminal.done(`token rotate ${id} --overlap 0 --no-expiry --json`));
  const values = { access: "write", expires_at: null, audiences: ["wiki"], replaces: id };
  expect({ ...printed, token: isSecret(printed.token) }).toMatchObject({ ...values, token: true });
  const old = { id, status: "revoked", replaced_by: printed.id };
  expect(await terminal.tokens()).toMatchObject([{ id: printed.id, status: "active" }, old]);
});

test("token verify checks the secret on stdin", async () => {
  const { id, token } = await terminal.createToken("read", "--audience", "wiki", "--expires-in", "1d");
  const forWiki = "token verify --audience wiki";
  const good = await terminal.run(forWiki.split(" "), { stdin: `${token}\n` });
  expect(good).toMatchObject({ exitCode: 0, stderr: "" });
  expect(good.stdout).toMatch(new RegExp(`^Valid: ${id}, read access to wiki, expires at \\S+Z\\.\n$`));
  const unknown = (await terminal.done("token generate")).trim();
  for (const [command, stdin, message] of [
    ["token verify", token, `the token is for another audience. It is ${id}, read access to wiki`],
    [`${forWiki} --access write`, token, `the token may only read. It is ${id}`],
    ["token verify", `${token}x`, "this is no secret of Publisher: it is mistyped, cut short or made up.\n"],
    ["token verify", unknown, "no token of this store has this secret.\n"],
  ] as const) {
    await expectRefusal(terminal, command, 1, `Not valid: ${message}`, { stdin });
    expect((await terminal.run(command.split(" "), { stdin })).stderr).not.toContain(stdin);
  }
  await terminal.done(`token revoke ${id}`);
  const revoked = await terminal.run(`${forWiki} --json`.split(" "), { stdin: token });
  expect(revoked.exitCode).toBe(1);
  expect(JSON.parse(revoked.stdout)).toMatchObject({ valid: false, reason: "revoked", api_token: { id } });
});

test("token verify refuses a bad secret and a bad audience", async () => {
  await terminal.createToken("read");
  for (const [command, message, stdin] of [
    ["token verify", "There is no secret on stdin.\n", ""],
    ["token verify", "stdin has more than one secret.\n", "x".repeat(70_000)],
    ["token verify --audience Wiki", "--audience must be", "x"],
  ] as const)
    await expectRefusal(terminal, command, 2, message, { stdin });
});

test("token verify gives the reason if stdin cannot be read", async () => {
  await terminal.createToken("read");
  const line = `exec '${EXECUTABLE}' token verify --data-dir '${terminal.dataDir}' < /`;
  const { exitCode, stderr } = Bun.spawnSync(["sh", "-c", line]);
  expect(stderr.toString()).toBe("publisher: The secret cannot be read from stdin: it is a directory.\n");
  expect(exitCode).toBe(1);
});

import { expect, test } from "bun:test";
import { makeSecret } from "../../../src/tokens/secret/secret.ts";
import { Terminal } from "../../support/executable/terminal.ts";
import { expectRefusal } from "./refusal.ts";

const CREATE = "token create --access read";
const DURATION = "--expires-in must be a whole number above 0 with s, m, h, d or w behind it, such as 90d";

/** Commands with words between single spaces, and a part of the message. */
const MISUSES: readonly (readonly [command: string, message: string])[] = [
  ["foo", "unknown command 'foo'\nRun \"publisher --help\" for"],
  ["help", "unknown command 'help'\nRun \"publisher --help\" for"],
  ["token foo", "unknown command 'foo'\nRun \"publisher token --help\" for"],
  ["--foo", "unknown option '--foo'"],
  ["serve --foo", "unknown option '--foo'\nRun \"publisher serve --help\" for"],
  ["serve --prot 1", "unknown option '--prot'\n(Did you mean --port"],
  ["serve here", "too many arguments for 'serve'. Expected 0 arguments but got 1: here."],
  ["token revoke", "missing required argument 'ID'"],
  ["token revoke atok", 'ID must be a token id: "atok_" and 1 to 64 letters and digits'],
  ["token rotate atok_1 --overlap 31d", "--overlap must be at most 30d"],
  ["token update x --no-expiry", "ID must be a token id"],
  ["token get x", "ID must be a token id"],
  ["usage x", "ID must be a token id"],
  ["usage --last 7d --from 2026-01-01T00:00:00Z", "option '--last <duration>' cannot be used with"],
  ["usage --bucket week", "option '--bucket <bucket>' argument 'week' is invalid"],
  ["audit list --token sk_live_x", "--token must be a token id"],
  ...["0", "-1", "1.5", "1e3", "all", "", "1000001", "00000001"].map(
    (limit) => [`audit list --limit=${limit}`, "It must be a whole number from 1 to 1000000."] as const,
  ),
  ["completion tcsh", "Allowed choices are bash, zsh, fish."],
  ...["nonsense", "ftp://x", "http://x/?a"].map(
    (url) => [`health --url ${url}`, "--url must be the address of a server"] as const,
  ),
  ["health --port 0", "Say where it listens with --url."],
  ["token create", "required option '--access <access>'"],
  ["token create --access admin", "'admin' is invalid. Allowed choices are read, write"],
  [`${CREATE} --expires-at 2020-01-01T00:00:00Z`, "The expiry must be in the future"],
  [`${CREATE} --expires-in 0d`, DURATION],
  [`${CREATE} --expires-in 999999999w`, "The expiry must not be after the year 9999"],
  [`${CREATE} --expires-in 1d --expires-at 2099-01-01T00:00:00Z`, "cannot be used with option '--expires-in"],
  [`${CREATE} --description a\nb`, "--description must not have control characters"],
  [`${CREATE} --audience Wiki`, "--audience must each be a name of 1 to 63 lower-case letters, digits"],
  [`${CREATE} --audience a,a`, "--audience must have each name only once."],
  [
    "token create --access write --verifies",
    '--access must be "read" for a token that verifies. --audience must name the audiences',
  ],
];

test.concurrent.each(MISUSES)("exit code 2: publisher %s: %s", async (command, message) => {
  using terminal = new Terminal();
  await expectRefusal(terminal, command, 2, message);
  expect(terminal.names).toEqual([]);
});

test("a command with commands below it prints its help", async () => {
  using terminal = new Terminal();
  const { exitCode, stderr } = await terminal.run(["token"]);
  expect(exitCode).toBe(2);
  expect(stderr).toStartWith("Usage: publisher token [options] [command]\n");
});

const SECRET = makeSecret(() => new Uint8Array(32).fill(77));

/** Commands with a secret in the wrong place. */
const WITH_SECRET = [
  "SECRET",
  "--SECRET",
  "token revoke SECRET",
  "token revoke atok_1 SECRET",
  "token list --data-dir SECRET",
  "token create --access SECRET",
  "token create --access read --audience SECRET",
  "token create --access read --expires-in SECRET",
  "audit list --limit SECRET",
  "--port SECRET",
  "--trusted-proxies 127.0.0.1,SECRET",
];

const WRITTEN = [SECRET, SECRET.replaceAll("_", "%5f"), `${SECRET.toUpperCase()}\u202e`, SECRET.slice(8)];

test.concurrent.each(WITH_SECRET)("no secret is shown: publisher %s", async (command) => {
  using terminal = new Terminal();
  for (const written of WRITTEN) {
    const args = command.split(" ").map((word) => word.replace("SECRET", written));
    const { exitCode, stdout, stderr } = await terminal.run(args);
    expect(exitCode).toBeGreaterThan(0);
    expect(stdout + stderr).not.toMatch(new RegExp(SECRET.slice(8, 24), "i"));
    expect(stdout + stderr).not.toContain("\u202e");
    expect(stderr).toStartWith("publisher: ");
  }
  expect(terminal.names).toEqual([]);
});

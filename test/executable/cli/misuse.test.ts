import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { makeSecret } from "../../../src/tokens/secret/secret.ts";
import { Terminal } from "../../support/executable/terminal.ts";
import { TEST_LIMIT_MS } from "../../support/patience.ts";

setDefaultTimeout(TEST_LIMIT_MS);

interface Misuse {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What must be said of it. */
  readonly says: RegExp;
}

const COMMANDS: readonly Misuse[] = [
  { args: ["foo"], says: /unknown command 'foo'\nRun "publisher --help" for/ },
  { args: ["help"], says: /unknown command 'help'\nRun "publisher --help" for/ },
  { args: ["token", "foo"], says: /unknown command 'foo'\nRun "publisher token --help" for/ },
  { args: ["token"], says: /Usage: publisher token/ },
  { args: ["--foo"], says: /unknown option '--foo'/ },
  { args: ["serve", "--foo"], says: /unknown option '--foo'\nRun "publisher serve --help" for/ },
  { args: ["serve", "--prot", "1"], says: /unknown option '--prot'\n.*Did you mean --port/ },
  { args: ["serve", "here"], says: /too many arguments.*here/ },
  { args: ["check", "here", "there"], says: /too many arguments.*there/ },
  { args: ["token", "revoke"], says: /missing required argument 'ID'/ },
  { args: ["token", "revoke", "atok"], says: /ID must be a token id, "atok_" and letters and digits/ },
  { args: ["token", "revoke", "atok_a", "atok_b"], says: /too many arguments/ },
];

const SERVE_SETTINGS: readonly Misuse[] = [
  { args: ["--port"], says: /--port <number>' argument missing/ },
  { args: ["--port", "http"], says: /--port must be a port from 0 to 65535.*"http"/ },
  { args: ["--port", "65536"], says: /--port must be a port from 0 to 65535.*"65536"/ },
  { args: ["--port", "-1"], says: /--port must be a port from 0 to 65535/ },
  { args: ["--port", ""], says: /--port must be a port from 0 to 65535/ },
  { args: ["--host", "a b"], says: /--host must be a host name or an address.*such as 127\.0\.0\.1.*"a b"/ },
  { args: ["--host", ""], says: /--host must be a host name or an address/ },
  {
    args: ["--log-level", "loud"],
    says: /--log-level must be one of debug, info, warn, error, silent.*"loud"/,
  },
  { args: ["--data-dir", ""], says: /--data-dir must be the path of a directory/ },
  { args: [], env: { PUBLISHER_PORT: "http" }, says: /PUBLISHER_PORT must be a port from 0 to 65535/ },
  { args: [], env: { PUBLISHER_HOST: "http://x" }, says: /PUBLISHER_HOST must be a host name or an address/ },
  { args: [], env: { PUBLISHER_PAGES: "no" }, says: /PUBLISHER_PAGES must be on or off/ },
  { args: [], env: { PUBLISHER_LOG_LEVEL: "INFO" }, says: /PUBLISHER_LOG_LEVEL must be one of debug, info/ },
];

const TIME = /--expires-at must be a time with a zone, such as 2030-12-31T23:59:59Z/;
const DURATION = /--expires-in must be a whole number above 0 with s, m, h, d or w behind it, such as 90d/;

/** What follows `token create`. */
const CREATE_FLAGS: readonly Misuse[] = [
  { args: [], says: /required option '--access <access>'/ },
  { args: ["--access", "admin"], says: /'admin' is invalid.*choices are read, write/ },
  { args: ["--access", "read", "--expires-at", "tomorrow"], says: TIME },
  { args: ["--access", "read", "--expires-at", "2099-01-01T00:00:00"], says: TIME },
  { args: ["--access", "read", "--expires-at", "2099-02-30T00:00:00Z"], says: TIME },
  {
    args: ["--access", "read", "--expires-at", "2020-01-01T00:00:00Z"],
    says: /expiry must be in the future/,
  },
  { args: ["--access", "read", "--expires-in", "90"], says: DURATION },
  { args: ["--access", "read", "--expires-in", "0d"], says: DURATION },
  { args: ["--access", "read", "--expires-in", "-1d"], says: DURATION },
  { args: ["--access", "read", "--expires-in", "1.5d"], says: DURATION },
  {
    args: ["--access", "read", "--expires-in", "999999999w"],
    says: /expiry must not be after the year 9999/,
  },
  {
    args: ["--access", "read", "--expires-in", "1d", "--expires-at", "2099-01-01T00:00:00Z"],
    says: /--expires-at <time>' cannot be used with option '--expires-in/,
  },
  {
    args: ["--access", "read", "--description", "a\nb"],
    says: /--description must not have control characters/,
  },
  {
    args: ["--access", "read", "--description", "x".repeat(501)],
    says: /--description must have at most 500 characters/,
  },
];

async function refuses({ args, env = {}, says }: Misuse): Promise<void> {
  using terminal = new Terminal();
  const { exitCode, stdout, stderr } = await terminal.run(args, { env });
  expect(stderr).toMatch(says);
  expect(stderr).not.toMatch(/^ +at |\.ts:\d/m);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(terminal.names).toEqual([]);
}

describe("what cannot be understood is refused with what would be right, and nothing is made", () => {
  test.concurrent.each(COMMANDS)("publisher $args", refuses);

  test.concurrent.each(SERVE_SETTINGS)("publisher $args $env", refuses);

  test.concurrent.each(CREATE_FLAGS)("publisher token create $args", async ({ args, says }) => {
    await refuses({ args: ["token", "create", ...args], says });
  });

  test("a description of 500 characters is not too long, nor one of 500 emoji", async () => {
    using terminal = new Terminal();
    await terminal.createToken("read", "--description", "x".repeat(500));
    await terminal.createToken("read", "--description", "🔑".repeat(500));
  });
});

const SECRET = makeSecret(() => new Uint8Array(32).fill(77));

/** Commands with a secret, written in some way, where it has no business. */
const WITH_SECRET: readonly ((secret: string) => readonly string[])[] = [
  (secret) => [secret],
  (secret) => [`--${secret}`],
  (secret) => ["token", secret],
  (secret) => ["token", "verify", secret],
  (secret) => ["token", "revoke", secret],
  (secret) => ["token", "revoke", "atok_1", secret],
  (secret) => ["token", "list", `--${secret}`],
  (secret) => ["token", "list", "--data-dir", secret],
  (secret) => ["token", "create", "--access", secret],
  (secret) => ["token", "create", "--access", "read", "--audience", secret],
  (secret) => ["token", "create", "--access", "read", "--expires-in", secret],
  (secret) => ["token", "create", "--access", "read", "--expires-at", secret],
  (secret) => ["token", "rotate", "atok_1", "--overlap", secret],
  (secret) => ["audit", "list", "--limit", secret],
  (secret) => ["audit", "list", "--token", secret],
  (secret) => ["--host", `${secret}/`],
  (secret) => ["--port", secret],
  (secret) => ["--log-level", secret],
  (secret) => ["--trusted-proxies", `127.0.0.1,${secret}`],
];

const WRITTEN: readonly ((secret: string) => string)[] = [
  (secret) => secret,
  (secret) => secret.replaceAll("_", "%5f"),
  (secret) => `${secret.toUpperCase()}\u202e`,
  (secret) => secret.slice(8),
];

describe("a secret in a command is not told back, and hidden characters are shown", () => {
  test.concurrent.each(WITH_SECRET.map((args) => ({ args: args("SECRET"), with: args })))(
    "publisher $args",
    async ({ with: args }) => {
      using terminal = new Terminal();
      for (const write of WRITTEN) {
        const { exitCode, stdout, stderr } = await terminal.run(args(write(SECRET)));
        expect(exitCode).toBeGreaterThan(0);
        expect(stdout + stderr).not.toMatch(new RegExp(SECRET.slice(8, 24), "i"));
        expect(stdout + stderr).not.toContain("\u202e");
        expect(stderr).toStartWith("publisher: ");
      }
      expect(terminal.names).toEqual([]);
    },
  );
});

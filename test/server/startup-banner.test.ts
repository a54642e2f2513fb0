import { describe, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { FirstToken } from "../../src/server/first-token.ts";
import { type BannerFields, startupBanner, unencryptedWarning } from "../../src/server/startup-banner.ts";
import { DataDirectory } from "../../src/store/sqlite/file/data-directory.ts";
import { FirstTokenFile } from "../../src/store/sqlite/file/first-token-file.ts";
import { makeSecret } from "../../src/tokens/secret/secret.ts";
import { VERSION } from "../../src/version.ts";
import { TemporaryDirectory } from "../support/temporary.ts";

const DIRECTORY = new DataDirectory("/srv/publisher");
const FROM_FILE = { source: "file", path: DIRECTORY.firstToken, warning: null } satisfies FirstToken;

function given(variable: "PUBLISHER_FIRST_TOKEN" | "PUBLISHER_FIRST_TOKEN_FILE"): FirstToken {
  return { source: "given", variable, warning: null };
}

function greeted(parts: Partial<BannerFields> = {}): string {
  return startupBanner({
    addresses: [{ host: "127.0.0.1", port: 8080 }],
    pages: true,
    directory: DIRECTORY,
    isNew: false,
    firstToken: FROM_FILE,
    warnings: [],
    ...parts,
  });
}

test("the banner names the pages, the API, the store and the first token, and a line to try them", () => {
  expect(greeted({ isNew: true })).toBe(`Publisher ${VERSION} is running.

  Admin page   http://127.0.0.1:8080/
  API          http://127.0.0.1:8080/publisher.v1/
  Store        /srv/publisher/publisher.db (new)
  First token  in /srv/publisher/first-token

Try it:

  echo "Authorization: Bearer $(cat /srv/publisher/first-token)" | curl -sS http://127.0.0.1:8080/publisher.v1/api-token/list -H @- -H "Content-Type: application/json" -d '{}'

Stop with Ctrl+C. What follows is the log, in JSON lines.

`);
  expect(greeted()).toContain("  Store        /srv/publisher/publisher.db\n");
});

describe("the banner of a server on a Unix socket", () => {
  const socket = { path: "/run/publisher/it's one.sock" };

  test("alone names it, and has a line to try it", () => {
    const text = greeted({ addresses: [socket] });
    expect(text).toContain("is running.\n\n  Socket       /run/publisher/it's one.sock\n  Store        ");
    expect(text).not.toContain("Admin page");
    expect(text).toContain(
      ` | curl -sS --unix-socket '/run/publisher/it'\\''s one.sock' http://localhost/publisher.v1/api-token/list `,
    );
  });

  test("beside ports names all of them, and tries a port", () => {
    const ports = [
      { host: "127.0.0.1", port: 8080 },
      { host: "::1", port: 9090 },
    ];
    const text = greeted({ addresses: [socket, ...ports], pages: false });
    expect(text).toContain(`
  Socket       /run/publisher/it's one.sock
  API          http://127.0.0.1:8080/publisher.v1/
  API          http://[::1]:9090/publisher.v1/
`);
    expect(text).toContain(" | curl -sS http://127.0.0.1:8080/publisher.v1/api-token/list ");
  });
});

test("a warning stands by itself", () => {
  expect(greeted({ warnings: ["one thing", "another"] })).toContain(
    "\n\nWarning: one thing.\n\nWarning: another.\n\nTry it:\n",
  );
});

test("hidden characters of a path or a warning are shown, and a secret is not", () => {
  const directory = new DataDirectory("/srv/a\u202eb");
  const warnings = [`PUBLISHER_\u200b${makeSecret(() => new Uint8Array(32))} is not a setting`];
  const text = greeted({ directory, warnings, firstToken: { ...FROM_FILE, path: directory.firstToken } });
  expect(text).toContain("  Store        /srv/a⟨U+202E⟩b/publisher.db\n");
  expect(text).toContain("  First token  in /srv/a⟨U+202E⟩b/first-token\n");
  expect(text).toContain("Warning: PUBLISHER_⟨U+200B⟩sk_live_[removed] is not a setting.\n");
});

test.each([
  ["127.0.0.1", "http://127.0.0.1:8080"],
  ["localhost", "http://localhost:8080"],
  ["0.0.0.0", "http://127.0.0.1:8080"],
  ["::", "http://[::1]:8080"],
  ["::1", "http://[::1]:8080"],
  ["2001:db8::7", "http://[2001:db8::7]:8080"],
  ["192.168.1.5", "http://192.168.1.5:8080"],
])("a server on %s is reached at %s", (host, url) => {
  const text = greeted({ addresses: [{ host, port: 8080 }] });
  expect(text).toContain(`  API          ${url}/publisher.v1/\n`);
  expect(text).toContain(`curl -sS ${url}/publisher.v1/api-token/list `);
});

test.each<[firstToken: FirstToken, place: string, bearer: string]>([
  [FROM_FILE, "in /srv/publisher/first-token", "$(cat /srv/publisher/first-token)"],
  [given("PUBLISHER_FIRST_TOKEN"), "the one in PUBLISHER_FIRST_TOKEN", "$PUBLISHER_FIRST_TOKEN"],
  [
    given("PUBLISHER_FIRST_TOKEN_FILE"),
    "the one in PUBLISHER_FIRST_TOKEN_FILE",
    '$(cat "$PUBLISHER_FIRST_TOKEN_FILE")',
  ],
  [
    { source: "in-use", warning: null },
    'none: this store is not new; "publisher token create --access write" makes another token',
    "$TOKEN",
  ],
])("a first token of %j", (firstToken, place, bearer) => {
  const text = greeted({ firstToken });
  expect(text).toContain(`  First token  ${place}\n`);
  expect(text).toContain(`  echo "Authorization: Bearer ${bearer}" | curl `);
});

const SHELLS = ["sh", "bash", "zsh", "ksh"].filter((shell) => Bun.which(shell) !== null);

/** A shell's function in place of curl, which prints its arguments, an empty line, and its input. */
const PRINTING_CURL = `curl() { for word; do printf '%s\\n' "$word"; done; echo; cat; }`;

describe.each(SHELLS)("%s reads the secret from its file when it runs the line to try it", (shell) => {
  test.each(["it's", 'a "quoted" one', "$HOME `id` $(id)", "back\\slash", "é😀", "*?[a]", "-n", "a;b&c|d"])(
    "in a directory named %p, and gives it to curl beside its arguments",
    async (name) => {
      using temporary = new TemporaryDirectory();
      const directory = new DataDirectory(join(temporary.path, name));
      mkdirSync(directory.path);
      const secret = makeSecret(() => new Uint8Array(32).fill(5));
      new FirstTokenFile(directory.firstToken).write(secret);
      const text = greeted({ directory, firstToken: { ...FROM_FILE, path: directory.firstToken } });
      const line = text.split("\n").find((one) => one.includes("curl ")) ?? "";
      const { stdout } = Bun.spawnSync([shell, "-c", `${PRINTING_CURL}; ${line}`], { stderr: "inherit" });
      const url = "http://127.0.0.1:8080/publisher.v1/api-token/list";
      expect(stdout.toString()).toBe(
        `-sS\n${url}\n-H\n@-\n-H\nContent-Type: application/json\n-d\n{}\n\nAuthorization: Bearer ${secret}\n`,
      );
      expect(text).not.toContain(secret);
    },
  );
});

test.each(SHELLS)("the line gives the secret to no program but curl, as %s has its own echo", (shell) => {
  const { stdout } = Bun.spawnSync([shell, "-c", "type echo"]);
  expect(stdout.toString()).toContain("builtin");
});

test.each(["127.0.0.1", "127.1.2.3", "localhost", "::1", "0:0:0:0:0:0:0:1"])("%s is the loopback", (host) => {
  expect(unencryptedWarning(host)).toBeNull();
});

test.each("0.0.0.0 :: 192.168.1.5 128.0.0.1 2001:db8::7 fe80::1%eth0 host.example.org".split(" "))(
  "a server on %s warns that tokens travel unencrypted",
  (host) => {
    expect(unencryptedWarning(host)).toBe(
      `Listening on ${host}: tokens travel unencrypted, unless something in front of Publisher does TLS`,
    );
  },
);

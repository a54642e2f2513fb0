import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { dataDirOption, requireUtf8 } from "../../src/settings/data-directory-setting.ts";
import {
  deleteUnsetVariables,
  type Environment,
  VARIABLES,
} from "../../src/settings/environment-variables.ts";
import { SOCKET_PATH_BYTES } from "../../src/settings/listen-addresses.ts";
import { addServeOptions, type ServeSettings, serveSettings } from "../../src/settings/serve-settings.ts";
import { UsageError } from "../../src/settings/usage-error.ts";

function serveCommand(): Command {
  return addServeOptions(new Command("serve").exitOverride().configureOutput({ writeErr: () => undefined }));
}

/** The settings for flags and variables. */
function settings(flags: readonly string[], variables: Environment = {}): ServeSettings {
  const before = process.env;
  process.env = { ...variables };
  try {
    deleteUnsetVariables();
    return serveSettings(serveCommand().parse(flags, { from: "user" }));
  } finally {
    process.env = before;
  }
}

/** The message for flags and variables that are refused. */
function refusal(flags: readonly string[], variables: Environment = {}): string {
  try {
    settings(flags, variables);
  } catch (error) {
    if (error instanceof UsageError || error instanceof CommanderError) return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}

const NO_SETTINGS: ServeSettings = {
  listen: [{ host: "127.0.0.1", port: 8080 }],
  socketMode: 0o660,
  dataDir: "./data",
  logLevel: "info",
  pages: true,
  trustedProxies: expect.objectContaining({ isEmpty: true, hasUnix: false }),
  revocationLog: null,
  firstToken: null,
  environmentWarnings: [],
};

test("the defaults", () => {
  expect(settings([])).toEqual(NO_SETTINGS);
});

test("the list of variables has those of the options, and three without an option", () => {
  const ofOptions = serveCommand().options.flatMap(({ envVar }) => envVar ?? []);
  const others = ["PUBLISHER_PAGES", "PUBLISHER_FIRST_TOKEN", "PUBLISHER_FIRST_TOKEN_FILE"];
  expect([...ofOptions, ...others].sort()).toEqual([...VARIABLES].sort());
});

const LISTEN = "127.0.0.1:8080, unix:/run/p.sock,[::1]:0";
const LISTENING = [{ host: "127.0.0.1", port: 8080 }, { path: "/run/p.sock" }, { host: "::1", port: 0 }];

/** A flag, a value of it, the setting, and the value of the setting; the variable takes the same. */
const GOOD: readonly (readonly [
  flag: string,
  value: string,
  name: keyof ServeSettings,
  expected: unknown,
])[] = [
  ...["0", "1", "8080", "65535", "00080"].map(
    (port) => ["--port", port, "listen", [{ host: "127.0.0.1", port: Number(port) }]] as const,
  ),
  ...["localhost", "127.0.0.1", "::1", "::", "fe80::1%eth0", "my-host.example.org"].map(
    (host) => ["--host", host, "listen", [{ host, port: 8080 }]] as const,
  ),
  ["--listen", LISTEN, "listen", LISTENING],
  ...["600", "660", "0660", "666"].map(
    (mode) => ["--socket-mode", mode, "socketMode", Number.parseInt(mode, 8)] as const,
  ),
  ["--data-dir", "dätä", "dataDir", "dätä"],
  ...["debug", "info", "warn", "error", "silent"].map(
    (level) => ["--log-level", level, "logLevel", level] as const,
  ),
  [
    "--trusted-proxies",
    "unix,::1",
    "trustedProxies",
    expect.objectContaining({ isEmpty: false, hasUnix: true }),
  ],
  ["--revocation-log", "/srv/log", "revocationLog", "/srv/log"],
  ["--revocation-log", "log", "revocationLog", join(process.cwd(), "log")],
  ["--revocation-log", "data-log", "revocationLog", join(process.cwd(), "data-log")],
];

const BAD_PORT = "It must be a port from 0 to 65535 (0 for a free one).";
const BAD_HOST = "It must be a host name or an address to listen on, such as 127.0.0.1.";
const BAD_MODE = "It must be the permissions of a file in three octal digits, such as 660.";
const BAD_DIRECTORY = "It must be the path of a directory.";
const BAD_LEVEL = "Allowed choices are debug, info, warn, error, silent.";
const BAD_BLOCK =
  "It must be addresses, CIDR blocks or unix with commas between them, such as 127.0.0.1,10.0.0.0/8, and has";
const BAD_ADDRESS =
  "It must be addresses with commas between them, such as 127.0.0.1:8080, [::1]:8080 or " +
  `unix:/run/publisher/publisher.sock (a path of at most ${SOCKET_PATH_BYTES} bytes), and has`;
const BAD_LOG = "must be the path of a file outside the data directory, as both could be lost at once";

/** A flag, values of it that are refused, and the end of the message. */
const BAD: readonly (readonly [flag: string, values: readonly string[], message: string])[] = [
  ["--port", ["65536", "-1", "80.5", "http", "", " 80", "0x50", "1e3"], BAD_PORT],
  // Kubernetes sets the address of a service; other texts that look like one are mistakes.
  [
    "--port",
    ["80a0", "10.96.12.34:80", "http://10.96.12.34:80", "tcp://10.96.12.34", "tcp://a b:80"],
    BAD_PORT,
  ],
  ["--host", ["", "http://localhost", "a b", "localhost\n"], BAD_HOST],
  ["--socket-mode", ["", "66", "1660", "0o660", "680", "rw-rw----", "-660"], BAD_MODE],
  ["--data-dir", ["", "a\0b"], BAD_DIRECTORY],
  ["--log-level", ["verbose", "INFO", ""], BAD_LEVEL],
  ["--trusted-proxies", ["10.0.0.0/33"], `${BAD_BLOCK} "10.0.0.0/33".`],
  ["--trusted-proxies", ["127.0.0.1,localhost,10.0.0.0/8"], `${BAD_BLOCK} "localhost".`],
  ["--trusted-proxies", ["127.0.0.1,"], `${BAD_BLOCK} "".`],
  ["--listen", ["", "127.0.0.1:1,,unix:/a"], `${BAD_ADDRESS} "".`],
  ["--listen", ["8080"], `${BAD_ADDRESS} "8080".`],
  ["--listen", ["127.0.0.1:1, unix:"], `${BAD_ADDRESS} "unix:".`],
  ["--revocation-log", ["", "\0"], `It ${BAD_LOG}.`],
];

function variableOf(flag: string): string {
  return `PUBLISHER_${flag.slice(2).replaceAll("-", "_").toUpperCase()}`;
}

describe("flags and variables", () => {
  test.each(GOOD)("%s takes %p", (flag, value, name, expected) => {
    const variable = variableOf(flag);
    expect(settings([flag, value])[name]).toEqual(expected as never);
    expect(settings([], { [variable]: value })[name]).toEqual(expected as never);
    expect(settings([flag, value], { [variable]: "9" })[name]).toEqual(expected as never);
    expect(settings([], { [variable]: "" })).toEqual(NO_SETTINGS);
  });

  const rows = BAD.flatMap(([flag, values, message]) =>
    values.map((value) => [flag, value, message] as const),
  );
  test.each(rows)("%s does not take %p", (flag, value, message) => {
    const given = refusal([flag, value]);
    expect(given).toMatch(new RegExp(`^error: option '${flag} <\\w+>' argument '`));
    expect(given).toEndWith(`is invalid. ${message}`);
    if (value === "" || value.includes("\0")) return;
    const variable = variableOf(flag);
    const set = refusal([], { [variable]: value });
    expect(set).toStartWith(`error: option '${flag} <`);
    expect(set).toEndWith(`from env '${variable}' is invalid. ${message}`);
  });
});

test("--listen can be repeated, and an empty list of trusted proxies wins over the variable", () => {
  expect(settings(["--listen", "unix:/a", "--listen", "[::1]:1"]).listen).toEqual([
    { path: "/a" },
    { host: "::1", port: 1 },
  ]);
  const environment = { PUBLISHER_TRUSTED_PROXIES: "unix" };
  expect(settings(["--trusted-proxies", ""], environment).trustedProxies.isEmpty).toBe(true);
});

test("an address of --listen goes with no host and no port beside it", () => {
  const listen = { PUBLISHER_LISTEN: LISTEN };
  const host = { PUBLISHER_HOST: "::1" };
  for (const [flags, environment, names] of [
    [
      ["--listen", LISTEN, "--port", "0"],
      {},
      "option '--listen <address>' cannot be used with option '--port",
    ],
    [["--listen", LISTEN, "--host", "::1"], {}, "'--listen <address>' cannot be used with option '--host"],
    [["--port", "0"], listen, "variable 'PUBLISHER_LISTEN' cannot be used with option '--port"],
    [
      [],
      { ...listen, ...host },
      "'PUBLISHER_LISTEN' cannot be used with environment variable 'PUBLISHER_HOST'",
    ],
  ] as const)
    expect(refusal(flags, environment)).toContain(names);
  expect(settings(["--listen", LISTEN], { ...host, PUBLISHER_PORT: "bad" }).listen).toEqual(LISTENING);
  expect(settings([], { ...listen, PUBLISHER_PORT: "" }).listen).toEqual(LISTENING);
});

test("pages are off by a flag or a variable", () => {
  expect(settings(["--no-pages"]).pages).toBe(false);
  expect(settings(["--no-pages"], { PUBLISHER_PAGES: "bad" }).pages).toBe(false);
  for (const [value, pages] of [
    ["off", false],
    ["on", true],
    ["", true],
  ] as const)
    expect(settings([], { PUBLISHER_PAGES: value }).pages).toBe(pages);
  expect(refusal([], { PUBLISHER_PAGES: "no" })).toBe('PUBLISHER_PAGES must be on or off, and is "no".');
});

test.each(["data/log", "./data/deep/log", "data", "data/..log"])(
  "the revocation log is not in the data directory: %s",
  (path) => {
    const message = `${BAD_LOG}, and is "${join(process.cwd(), path)}".`;
    expect(refusal(["--revocation-log", path, "--data-dir", "data"])).toBe(`--revocation-log ${message}`);
    expect(refusal([], { PUBLISHER_REVOCATION_LOG: path })).toBe(`PUBLISHER_REVOCATION_LOG ${message}`);
  },
);

test("a path of the data directory that is not UTF-8 is refused: it would be another directory", () => {
  const refused = () => requireUtf8({ dataDir: "/srv/d\uFFFD\uFFFD" });
  expect(refused).toThrow(UsageError);
  expect(refused).toThrow("The path of the data directory is not UTF-8: /srv/d\uFFFD\uFFFD. Rename ");
  expect(() => requireUtf8({ dataDir: dataDirOption().defaultValue })).not.toThrow();
});

describe("variables that are no settings", () => {
  test("are warned of if they look like settings, or change the runtime", () => {
    const environment = {
      PUBLISHER_PROT: "1",
      PUBLISHER_: "",
      PUBLISHERS: "x",
      PATH: "/bin",
      PUBLISHER_FIRST_TOKEN: "sk_live_x",
      BUN_OPTIONS: "--smol",
    };
    expect(settings([], environment).environmentWarnings).toEqual([
      "PUBLISHER_PROT is not a setting of Publisher, and changes nothing",
      "PUBLISHER_ is not a setting of Publisher, and changes nothing",
      expect.stringContaining("BUN_OPTIONS is set"),
    ]);
  });

  const SERVICES = {
    PUBLISHER_PORT: "tcp://10.96.12.34:8080",
    PUBLISHER_SERVICE_HOST: "10.96.12.34",
    PUBLISHER_SERVICE_PORT_HTTP: "8080",
    PUBLISHER_PORT_8080_TCP: "tcp://10.96.12.34:8080",
    PUBLISHER_PORT_8080_TCP_PROTO: "tcp",
    PUBLISHER_PORT_8080_TCP_ADDR: "10.96.12.34",
    PUBLISHER_PORT_53_UDP: "udp://[fd00::1]:53",
    PUBLISHER_ADMIN_SERVICE_PORT: "80",
    PUBLISHER_ADMIN_PORT: "tcp://[fd00::2]:80",
  };

  test("change nothing, without a warning, if Kubernetes sets them for a service", () => {
    expect(settings([], SERVICES)).toEqual(NO_SETTINGS);
    expect(settings(["--host", "::1"], SERVICES).listen).toEqual([{ host: "::1", port: 8080 }]);
    expect(settings([], { ...SERVICES, PUBLISHER_LISTEN: LISTEN }).listen).toEqual(LISTENING);
  });

  test("are warned of if their name only resembles one of Kubernetes", () => {
    const mistakes = {
      PUBLISHER_SERVER_HOST: "::1",
      PUBLISHER_PORTS: "tcp://[::1]:1",
      PUBLISHER_PORT_TCP: "1",
    };
    expect(settings([], mistakes).environmentWarnings).toHaveLength(3);
  });
});

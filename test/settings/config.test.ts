import { describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  dataDirSetting,
  type Environment,
  type ServeFlags,
  serveSettings,
  UsageError,
} from "../../src/settings/config.ts";
import { SOCKET_PATH_BYTES } from "../../src/settings/listen-addresses.ts";
import { TemporaryDirectory } from "../support/temporary.ts";

/** The sentence with which what was asked for is refused. */
function usage(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  throw new Error("nothing was wrong");
}

test("with nothing set, the defaults", () => {
  expect(serveSettings({}, {})).toEqual({
    listen: [{ host: "127.0.0.1", port: 8080 }],
    socketMode: 0o660,
    dataDir: "./data",
    logLevel: "info",
    pages: true,
    trustedProxies: [],
    revocationLog: null,
    firstToken: null,
    environmentWarnings: [],
  });
});

const ENVIRONMENT: Environment = {
  PUBLISHER_HOST: "0.0.0.0",
  PUBLISHER_PORT: "9000",
  PUBLISHER_DATA_DIR: "/srv/publisher",
  PUBLISHER_LOG_LEVEL: "warn",
};
const FLAGS: ServeFlags = { host: "::1", port: "0", dataDir: "here", logLevel: "silent" };

test("the environment goes over the defaults, and flags over the environment, one by one", () => {
  const fromEnvironment = {
    listen: [{ host: "0.0.0.0", port: 9000 }],
    dataDir: "/srv/publisher",
    logLevel: "warn",
  } as const;
  expect(serveSettings({}, ENVIRONMENT)).toMatchObject(fromEnvironment);
  expect(serveSettings(FLAGS, ENVIRONMENT)).toMatchObject({
    listen: [{ host: "::1", port: 0 }],
    dataDir: "here",
    logLevel: "silent",
  });
  expect(serveSettings({ port: "1" }, ENVIRONMENT)).toMatchObject({
    ...fromEnvironment,
    listen: [{ host: "0.0.0.0", port: 1 }],
  });
  expect(dataDirSetting({}, ENVIRONMENT)).toBe("/srv/publisher");
  expect(dataDirSetting({ dataDir: "here" }, ENVIRONMENT)).toBe("here");
  expect(dataDirSetting({}, {})).toBe("./data");
});

test("an empty variable is one that is not set", () => {
  const empty = Object.fromEntries(Object.keys(ENVIRONMENT).map((name) => [name, ""]));
  const both = { PUBLISHER_FIRST_TOKEN: "", PUBLISHER_FIRST_TOKEN_FILE: "" };
  expect(serveSettings({}, { ...empty, ...both })).toEqual(serveSettings({}, {}));
});

test.each(["0", "1", "8080", "65535", "00080"])("%p is a port", (port) => {
  expect(serveSettings({ port }, {}).listen).toEqual([{ host: "127.0.0.1", port: Number(port) }]);
});

test.each(["localhost", "127.0.0.1", "::1", "::", "fe80::1%eth0", "my-host.example.org"])(
  "%p is a host",
  (host) => {
    expect(serveSettings({ host }, {}).listen).toEqual([{ host, port: 8080 }]);
  },
);

test.each(["debug", "info", "warn", "error", "silent"])("%p is a level of the log", (logLevel) => {
  expect(serveSettings({ logLevel }, {}).logLevel as string).toBe(logLevel);
});

const BAD_PORT = "must be a port from 0 to 65535 (0 for a free one)";
const BAD_HOST = "must be a host name or an address to listen on, such as 127.0.0.1";
const BAD_BLOCK =
  "must be addresses, CIDR blocks or unix with commas between them, such as 127.0.0.1,10.0.0.0/8, and has";
const BAD_LEVEL = "must be one of debug, info, warn, error, silent";

describe("a value that is none is refused with what would be right", () => {
  test.each([
    ["port", "65536", BAD_PORT],
    ["port", "-1", BAD_PORT],
    ["port", "80.5", BAD_PORT],
    ["port", "http", BAD_PORT],
    ["port", "", BAD_PORT],
    ["port", " 80", BAD_PORT],
    ["port", "0x50", BAD_PORT],
    ["port", "1e3", BAD_PORT],
    ["host", "", BAD_HOST],
    ["host", "http://localhost", BAD_HOST],
    ["host", "a b", BAD_HOST],
    ["host", "localhost\n", BAD_HOST],
    ["dataDir", "", "must be the path of a directory"],
    ["dataDir", "a\0b", "must be the path of a directory"],
    ["logLevel", "verbose", BAD_LEVEL],
    ["logLevel", "INFO", BAD_LEVEL],
    ["logLevel", "", BAD_LEVEL],
  ])("%s %p", (name, value, sentence) => {
    const flag = { port: "--port", host: "--host", dataDir: "--data-dir", logLevel: "--log-level" }[name];
    expect(usage(() => serveSettings({ [name]: value }, {}))).toBe(
      `${flag} ${sentence}, and is ${JSON.stringify(value)}.`,
    );
    if (value === "") return;
    const variable = `PUBLISHER_${String(flag).slice(2).replace("-", "_").toUpperCase()}`;
    expect(usage(() => serveSettings({}, { [variable]: value }))).toBe(
      `${variable} ${sentence}, and is ${JSON.stringify(value)}.`,
    );
  });
});

test.each([
  ["", []],
  ["127.0.0.1", ["127.0.0.1"]],
  ["10.0.0.0/8, 2001:db8::/32 ,::1", ["10.0.0.0/8", "2001:db8::/32", "::1"]],
  ["unix,10.0.0.0/8", ["unix", "10.0.0.0/8"]],
])("%p are trusted proxies", (trustedProxies, expected) => {
  expect(serveSettings({ trustedProxies }, {}).trustedProxies).toEqual(expected);
  const environment = { PUBLISHER_TRUSTED_PROXIES: trustedProxies };
  expect(serveSettings({}, environment).trustedProxies).toEqual(expected);
  expect(serveSettings({ trustedProxies: "" }, environment).trustedProxies).toEqual([]);
});

test.each([
  ["10.0.0.0/33", "10.0.0.0/33"],
  ["127.0.0.1,localhost,10.0.0.0/8", "localhost"],
  ["127.0.0.1,", ""],
  ["127.0.0.1 ::1", "127.0.0.1 ::1"],
  ["*", "*"],
  ["unix:/run/x.sock", "unix:/run/x.sock"],
  ["UNIX", "UNIX"],
])("%p is refused with what is no address in it", (trustedProxies, wrong) => {
  const sentence = `${BAD_BLOCK} ${JSON.stringify(wrong)}.`;
  expect(usage(() => serveSettings({ trustedProxies }, {}))).toBe(`--trusted-proxies ${sentence}`);
  const environment = { PUBLISHER_TRUSTED_PROXIES: trustedProxies };
  expect(usage(() => serveSettings({}, environment))).toBe(`PUBLISHER_TRUSTED_PROXIES ${sentence}`);
});

test("variables that look like settings and are none are told", () => {
  const environment = { ...ENVIRONMENT, PUBLISHER_PROT: "1", PUBLISHER_: "", PUBLISHERS: "x", PATH: "/bin" };
  expect(serveSettings({}, environment).environmentWarnings).toEqual([
    "PUBLISHER_PROT is not a setting of Publisher, and changes nothing",
    "PUBLISHER_ is not a setting of Publisher, and changes nothing",
  ]);
  const given = { PUBLISHER_FIRST_TOKEN: "sk_live_x" };
  expect(serveSettings({}, given).environmentWarnings).toEqual([]);
});

describe("what Kubernetes sets for a service", () => {
  const services = {
    PUBLISHER_PORT: "tcp://10.96.12.34:8080",
    PUBLISHER_SERVICE_HOST: "10.96.12.34",
    PUBLISHER_SERVICE_PORT: "8080",
    PUBLISHER_SERVICE_PORT_HTTP: "8080",
    PUBLISHER_PORT_8080_TCP: "tcp://10.96.12.34:8080",
    PUBLISHER_PORT_8080_TCP_PROTO: "tcp",
    PUBLISHER_PORT_8080_TCP_PORT: "8080",
    PUBLISHER_PORT_8080_TCP_ADDR: "10.96.12.34",
    PUBLISHER_PORT_53_UDP: "udp://[fd00::1]:53",
    PUBLISHER_ADMIN_SERVICE_HOST: "10.96.12.35",
    PUBLISHER_ADMIN_PORT: "tcp://[fd00::2]:80",
    PUBLISHER_ADMIN_PORT_80_TCP: "tcp://[fd00::2]:80",
  };

  test("changes nothing, and is not told", () => {
    expect(serveSettings({}, services)).toEqual(serveSettings({}, {}));
    expect(serveSettings({ host: "::1", port: "1" }, services).listen).toEqual([{ host: "::1", port: 1 }]);
    expect(serveSettings({}, { ...services, PUBLISHER_LISTEN: LISTEN }).listen).toEqual(LISTENING);
  });

  test.each(["80a0", "10.96.12.34:8080", "http://10.96.12.34:8080", "tcp://10.96.12.34", "tcp://a b:80"])(
    "hides no mistake in the port: %p",
    (port) => {
      expect(usage(() => serveSettings({}, { PUBLISHER_PORT: port }))).toBe(
        `PUBLISHER_PORT ${BAD_PORT}, and is ${JSON.stringify(port)}.`,
      );
    },
  );

  test("hides no mistake in a name", () => {
    const mistakes = {
      PUBLISHER_SERVER_HOST: "::1",
      PUBLISHER_PORTS: "tcp://[::1]:1",
      PUBLISHER_PORT_TCP: "1",
    };
    expect(serveSettings({}, mistakes).environmentWarnings).toHaveLength(3);
  });
});

test("a path that is not UTF-8 is refused: it would be another directory", () => {
  for (const work of [
    () => dataDirSetting({ dataDir: "d\uFFFD" }, {}),
    () => dataDirSetting({}, { PUBLISHER_DATA_DIR: "/srv/d\uFFFD\uFFFD" }),
    () => serveSettings({ dataDir: "d\uFFFD" }, {}),
  ])
    expect(usage(work)).toMatch(/^The path of the data directory is not UTF-8: \/.*\/d\uFFFD+\. Rename /);
  expect(dataDirSetting({ dataDir: "dätä" }, {})).toBe("dätä");
});

test("variables that change the runtime are told", () => {
  const environment = { BUN_OPTIONS: "--smol", BUN_INSTALL: "/root/.bun", PUBLISHER_PROT: "1" };
  expect(serveSettings({}, environment).environmentWarnings).toEqual([
    "PUBLISHER_PROT is not a setting of Publisher, and changes nothing",
    expect.stringContaining("BUN_OPTIONS is set"),
  ]);
});

describe("the first token", () => {
  test("may be given as it is, and is not judged here", () => {
    expect(serveSettings({}, { PUBLISHER_FIRST_TOKEN: "anything" }).firstToken).toEqual({
      variable: "PUBLISHER_FIRST_TOKEN",
      secret: "anything",
      fault: null,
    });
  });

  test("may be given in a file, without what is around it", () => {
    using temporary = new TemporaryDirectory();
    const path = join(temporary.path, "secret");
    writeFileSync(path, " sk_live_x \r\n");
    expect(serveSettings({}, { PUBLISHER_FIRST_TOKEN_FILE: path }).firstToken).toEqual({
      variable: "PUBLISHER_FIRST_TOKEN_FILE",
      secret: "sk_live_x",
      fault: null,
    });
  });

  test("is not given twice", () => {
    const both = { PUBLISHER_FIRST_TOKEN: "sk_live_x", PUBLISHER_FIRST_TOKEN_FILE: "/dev/null" };
    expect(serveSettings({}, both).firstToken).toMatchObject({
      secret: null,
      fault: "PUBLISHER_FIRST_TOKEN and PUBLISHER_FIRST_TOKEN_FILE are both set; set one of them",
    });
  });

  test("is given in a file that can be read", () => {
    using temporary = new TemporaryDirectory();
    mkdirSync(join(temporary.path, "directory"));
    for (const name of ["missing", "directory"]) {
      const environment = { PUBLISHER_FIRST_TOKEN_FILE: join(temporary.path, name) };
      const { secret, fault } = serveSettings({}, environment).firstToken ?? {};
      expect(secret).toBeNull();
      expect(fault).toStartWith("PUBLISHER_FIRST_TOKEN_FILE names a file that cannot be read: ");
    }
  });

  test("may be behind a symbolic link, as a secret of Kubernetes", () => {
    using temporary = new TemporaryDirectory();
    mkdirSync(join(temporary.path, "..data"));
    writeFileSync(join(temporary.path, "..data", "token"), "sk_live_x");
    symlinkSync(join("..data", "token"), join(temporary.path, "token"));
    const environment = { PUBLISHER_FIRST_TOKEN_FILE: join(temporary.path, "token") };
    expect(serveSettings({}, environment).firstToken).toMatchObject({ secret: "sk_live_x", fault: null });
  });

  test("is no file without end", () => {
    const { secret, fault } = serveSettings({}, { PUBLISHER_FIRST_TOKEN_FILE: "/dev/zero" }).firstToken ?? {};
    expect(secret).toBeNull();
    expect(fault).toBe(
      "PUBLISHER_FIRST_TOKEN_FILE names a file that cannot be read: it has more than 4096 bytes",
    );
  });
});

/** A pipe in a directory of its own, and the setting that names it. */
class Pipe extends TemporaryDirectory {
  readonly file = join(this.path, "pipe");
  readonly environment = { PUBLISHER_FIRST_TOKEN_FILE: this.file };

  constructor() {
    super();
    Bun.spawnSync(["mkfifo", this.file]);
  }
}

describe.skipIf(Bun.which("mkfifo") === null)("the first token from a pipe", () => {
  test("is read whole, from a writer that takes its time", async () => {
    using pipe = new Pipe();
    const script = '{ sleep 0.3; printf sk_; sleep 0.3; echo live_x; } >"$0"';
    await using _ = Bun.spawn(["sh", "-c", script, pipe.file]);
    expect(serveSettings({}, pipe.environment).firstToken).toMatchObject({
      secret: "sk_live_x",
      fault: null,
    });
  });

  test("is not waited for where no program writes to it", () => {
    using pipe = new Pipe();
    const { secret, fault } = serveSettings({}, pipe.environment).firstToken ?? {};
    expect(secret).toBeNull();
    expect(fault).toEndWith("cannot be read: no program writes to this pipe");
  });
});

const LISTEN = "127.0.0.1:8080, unix:/run/p.sock,[::1]:0";
const LISTENING = [{ host: "127.0.0.1", port: 8080 }, { path: "/run/p.sock" }, { host: "::1", port: 0 }];

describe("where to listen", () => {
  test("may be any number of addresses and sockets", () => {
    expect(serveSettings({ listen: LISTEN }, {}).listen).toEqual(LISTENING);
    expect(serveSettings({}, { PUBLISHER_LISTEN: LISTEN }).listen).toEqual(LISTENING);
    expect(serveSettings({ listen: "unix:/a.sock" }, { PUBLISHER_LISTEN: LISTEN }).listen).toEqual([
      { path: "/a.sock" },
    ]);
  });

  test("is said in one way: a host or a port beside it is refused", () => {
    const sentence = "give the address there, as in 127.0.0.1:8080.";
    for (const [flags, environment, names] of [
      [{ listen: LISTEN, port: "0" }, {}, "--port does not go with --listen"],
      [{ listen: LISTEN, host: "::1" }, {}, "--host does not go with --listen"],
      [{ port: "0" }, { PUBLISHER_LISTEN: LISTEN }, "--port does not go with PUBLISHER_LISTEN"],
      [
        {},
        { PUBLISHER_LISTEN: LISTEN, PUBLISHER_HOST: "::1" },
        "PUBLISHER_HOST does not go with PUBLISHER_LISTEN",
      ],
    ] as const)
      expect(usage(() => serveSettings(flags, environment))).toBe(`${names}: ${sentence}`);
  });

  test("by a flag goes over a host and a port in the environment", () => {
    expect(serveSettings({ listen: LISTEN }, ENVIRONMENT).listen).toEqual(LISTENING);
    const empty = { PUBLISHER_LISTEN: LISTEN, PUBLISHER_PORT: "" };
    expect(serveSettings({}, empty).listen).toEqual(LISTENING);
  });

  test("is refused with the part that is none", () => {
    const sentence =
      "must be addresses with commas between them, such as 127.0.0.1:8080, [::1]:8080 or " +
      `unix:/run/publisher/publisher.sock (a path of at most ${SOCKET_PATH_BYTES} bytes), and has`;
    for (const [listen, wrong] of [
      ["", ""],
      ["8080", "8080"],
      ["127.0.0.1:1,,unix:/a", ""],
      ["127.0.0.1:1, unix:", "unix:"],
    ] as const)
      expect(usage(() => serveSettings({ listen }, {}))).toStartWith(
        `--listen ${sentence} ${JSON.stringify(wrong)}`,
      );
  });

  test.each(["600", "660", "0660", "666"])("%p are permissions of a socket", (socketMode) => {
    expect(serveSettings({ socketMode }, {}).socketMode).toBe(Number.parseInt(socketMode, 8));
    expect(serveSettings({}, { PUBLISHER_SOCKET_MODE: socketMode }).socketMode).toBe(
      Number.parseInt(socketMode, 8),
    );
  });

  test.each(["", "66", "1660", "0o660", "680", "rw-rw----", "-660"])(
    "%p are no permissions",
    (socketMode) => {
      expect(usage(() => serveSettings({ socketMode }, {}))).toBe(
        `--socket-mode must be the permissions of a file in three octal digits, such as 660, and is ${JSON.stringify(socketMode)}.`,
      );
    },
  );
});

describe("the revocation log", () => {
  test("is named by a flag or a variable, and its path made absolute", () => {
    expect(serveSettings({ revocationLog: "log" }, {}).revocationLog).toBe(join(process.cwd(), "log"));
    expect(serveSettings({}, { PUBLISHER_REVOCATION_LOG: "/srv/log" }).revocationLog).toBe("/srv/log");
  });

  test.each(["data/log", "./data/deep/log", "data"])("is not in the data directory, as %s is", (path) => {
    expect(usage(() => serveSettings({ revocationLog: path, dataDir: "data" }, {}))).toBe(
      `--revocation-log must be the path of a file outside the data directory, as both could be lost at once, and is "${path}".`,
    );
  });

  test("may be beside the data directory", () => {
    expect(serveSettings({ revocationLog: "data-log", dataDir: "data" }, {}).revocationLog).toBe(
      join(process.cwd(), "data-log"),
    );
  });
});

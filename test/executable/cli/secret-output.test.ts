import { expect, test } from "bun:test";
import { closeSync, openSync, readFileSync, readlinkSync, readSync, writeSync } from "node:fs";
import { EXECUTABLE } from "../../support/executable/executable.ts";
import { canTrace } from "../../support/executable/strace.ts";
import { PATIENCE_MS } from "../../support/patience.ts";
import { useTerminal } from "../../support/store/store-terminal.ts";

const terminal = useTerminal();

/** Runs the executable by a line of a shell, which has it as $0. */
function shell(line: string) {
  const { exitCode, stderr } = Bun.spawnSync(["bash", "-c", line, EXECUTABLE], {
    cwd: terminal.cwd,
    env: { PATH: process.env.PATH },
  });
  return { exitCode, stderr: stderr.toString() };
}

async function token(id: string): Promise<Record<string, unknown>> {
  return JSON.parse(await terminal.done(`token get ${id} --json`));
}

const CHANGES = [
  "token create --access read",
  "token create --access read --json",
  "token rotate ID --json",
  "token rotate ID --overlap 0",
];

test.each([...CHANGES, "token generate"])("no place for a secret, no change: %s", async (command) => {
  const { id } = await terminal.createToken("read");
  const before = await terminal.done("audit list");
  for (const [output, reason] of [
    [">&-", "stdout is closed, or goes to /dev/null"],
    [">/dev/null", "stdout is closed, or goes to /dev/null"],
    [">/dev/full", "stdout cannot be written: there is no space left"],
    ["1</dev/zero", "stdout cannot be written: it is not open for writing"],
  ]) {
    const { exitCode, stderr } = shell(`"$0" ${command.replace("ID", id)} ${output}`);
    expect(stderr).toStartWith(`publisher: The secret would be lost: ${reason}. Nothing was changed.`);
    expect({ output, exitCode }).toEqual({ output, exitCode: 1 });
  }
  expect(await terminal.done("audit list")).toEqual(before);
});

test("without a place for a secret, no store is made", () => {
  expect(shell('"$0" token create --access read --new-store >&-').exitCode).toBe(1);
  expect(terminal.names).toEqual([]);
});

/** Failures of a write that no check can foresee: the commands before, and the redirection. */
const FULL_FILE = "trap '' XFSZ; ulimit -f 40960";
const FAILURES = [
  ["mkfifo pipe; exec 3<>pipe 4>pipe 3<&-", ">&4", "its reader has left"],
  [`truncate -s 40M file; ${FULL_FILE}`, ">>file", "EFBIG"],
  [`truncate -s 41943030 file; ${FULL_FILE}`, ">>file", "EFBIG"],
] as const;

const rows = FAILURES.flatMap((failure) => CHANGES.map((command) => [...failure, command] as const));

test.each(rows)("a lost secret: %s; … %s (%s): %s", async (before, output, reason, command) => {
  const { id } = await terminal.createToken("write", "--expires-in", "90d");
  const old = await token(id);
  const line = `${before}; "$0" ${command.replace("ID", id)} ${output}`;
  const { exitCode, stderr } = shell(line);
  const [, lost = ""] = /^publisher: The secret of (\S+) could not be written: /m.exec(stderr) ?? [];
  const next = command.includes("create") ? "Create another one." : `${id} is as it was before.`;
  expect(stderr).toContain(reason);
  expect(stderr).toEndWith(`That token was revoked at once. ${next}\n`);
  expect(exitCode).toBe(1);
  expect(await token(id)).toEqual(old);
  expect(await token(lost)).toMatchObject({ status: "revoked" });
  await terminal.done(`token rotate ${id} --overlap 0`);
  expect(await token(id)).toMatchObject({ status: "revoked" });
});

test("a secret that cannot be written is an error of token generate too", () => {
  const [[before, output]] = FAILURES;
  expect(shell(`${before}; "$0" token generate ${output}`)).toEqual({
    exitCode: 1,
    stderr: "publisher: The secret could not be written: its reader has left.\n",
  });
});

const CAN_TRACE = canTrace("a disk that fails under a secret");

test.skipIf(!CAN_TRACE)("a file that does not get to disk is no place for a secret either", async () => {
  await terminal.createToken("write");
  const file = terminal.path("secret.txt");
  const traced = `strace -f -o /dev/null -P ${file} -e inject=fsync:error=EIO "$0" token create --access read`;
  const { exitCode, stderr } = shell(`${traced} >${file}`);
  expect(exitCode).toBe(1);
  expect(stderr).toContain("That token was revoked at once.");
  const dead = await terminal.run(["token", "verify"], { stdin: readFileSync(file, "utf8") });
  expect(dead.stderr).toContain("the token was revoked");
});

test.skipIf(!CAN_TRACE)("a disk that fails in the middle of token rotate leaves the old token", async () => {
  const { id, token: secret } = await terminal.createToken("write");
  const wal = `${terminal.database}-wal`;
  const rotate = (syncs: number) => {
    const fault = `-P ${wal} -e inject=fsync,fdatasync:error=EIO:when=${syncs}+`;
    return shell(`strace -f -o /dev/null ${fault} "$0" token rotate ${id} --overlap 0 >printed`);
  };
  const printed = () => readFileSync(terminal.path("printed"), "utf8");
  let [syncs, ended] = [1, rotate(1)];
  while (printed() === "" && syncs < 20) {
    expect(ended.exitCode).toBe(1);
    expect(ended.stderr).toMatch(
      /^publisher: The stor\S+ (?:\S+publisher\.db )?(?:failed in the middle of the change|cannot be)/,
    );
    syncs += 1;
    ended = rotate(syncs);
  }
  expect(ended.exitCode).toBe(1);
  expect(ended.stderr).toMatch(
    new RegExp(`^publisher: The new token works\\. The old one may .* "publisher token revoke ${id}"`, "m"),
  );
  for (const each of [secret, printed()])
    expect((await terminal.run(["token", "verify"], { stdin: each })).exitCode).toBe(0);
});

const PIPE_BYTES = 65_536;

/** Resolves once the process has said that on stderr. */
async function said(child: Bun.Subprocess<"ignore", number, "pipe">, words: string): Promise<() => string> {
  let all = "";
  const seen = Promise.withResolvers<void>();
  void (async () => {
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      all += text;
      if (all.includes(words)) seen.resolve();
    }
    seen.reject(new Error(`the process ended with: ${all}`));
  })();
  await seen.promise;
  return () => all;
}

test("the old token works until the new secret is written, and a revocation meanwhile ends both", async () => {
  const { id } = await terminal.createToken("write");
  Bun.spawnSync(["mkfifo", terminal.path("pipe")]);
  const pipe = openSync(terminal.path("pipe"), "r+");
  // A write to the full pipe waits for a reader.
  writeSync(pipe, Buffer.alloc(PIPE_BYTES));
  const child = Bun.spawn([EXECUTABLE, "token", "rotate", id, "--overlap", "0"], {
    cwd: terminal.cwd,
    env: {},
    stdin: "ignore",
    stdout: pipe,
    stderr: "pipe",
    timeout: PATIENCE_MS,
  });
  const stderr = await said(child, "This is the new secret");
  expect(await token(id)).toMatchObject({ status: "active", replaced_by: null });
  await terminal.done(`token revoke ${id}`);
  readSync(pipe, Buffer.alloc(PIPE_BYTES));
  expect(await child.exited).toBe(1);
  closeSync(pipe);
  const [, successor = ""] = /Created (\S+) in place/.exec(stderr()) ?? [];
  expect(stderr()).toEndWith(
    `publisher: The token ${id} was changed by somebody else meanwhile, so ${successor} does not take its place. That token was revoked at once.\n`,
  );
  expect(await token(successor)).toMatchObject({ status: "revoked" });
});

test("a file has the secret on disk and nothing else, behind what was in it", async () => {
  const { id } = await terminal.createToken("write");
  expect(shell(`"$0" token rotate ${id} --overlap 0 >>secrets.txt`).exitCode).toBe(0);
  expect(shell(`"$0" token create --access read >>secrets.txt`).exitCode).toBe(0);
  expect(readFileSync(terminal.path("secrets.txt"), "utf8")).toMatch(/^sk_live_\w{49}\nsk_live_\w{49}\n$/);
});

test.skipIf(process.platform !== "linux")("a closed stdout gives no file its number", async () => {
  await terminal.createToken("write");
  const child = Bun.spawn(["sh", "-c", 'exec "$0" serve --port 0 >&-', EXECUTABLE], {
    cwd: terminal.cwd,
    env: {},
    stdin: "ignore",
    stdout: 1,
    stderr: "pipe",
  });
  try {
    await said(child, '"listening"');
    expect(readlinkSync(`/proc/${child.pid}/fd/1`)).toBe("/dev/null");
  } finally {
    child.kill();
    await child.exited;
  }
  expect(shell(`"$0" token list >&-`)).toEqual({ exitCode: 0, stderr: "" });
  expect(await terminal.done("check")).toContain("is sound");
});

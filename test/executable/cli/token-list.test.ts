import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { EXECUTABLE } from "../../support/executable/executable.ts";
import { RESOURCE_KEYS } from "../../support/http/resource.ts";
import { until } from "../../support/patience.ts";
import { manyTokens, writeTokens } from "../../support/store/many-tokens.ts";
import { useTerminal } from "../../support/store/store-terminal.ts";

const terminal = useTerminal();

/** The lines of a command on a terminal of that width. */
async function shown(columns: number, ...args: readonly string[]): Promise<string[]> {
  let text = "";
  const screen = new Bun.Terminal({
    cols: columns,
    rows: 24,
    data: (_, bytes) => {
      text += Buffer.from(bytes).toString("latin1");
    },
  });
  try {
    const child = Bun.spawn([EXECUTABLE, ...args], { cwd: terminal.cwd, env: {}, terminal: screen });
    expect(await child.exited).toBe(0);
    await until(() => text.includes("END"));
  } finally {
    screen.close();
  }
  return Buffer.from(text, "latin1").toString("utf8").trimEnd().split("\r\n");
}

test("token list fits the terminal that it is on, and cuts nothing in a pipe", async () => {
  const description = `${"x".repeat(300)} the rest`;
  await terminal.createToken("read", "--description", "END");
  await terminal.createToken("read", "--description", description, "--expires-in", "90d");
  for (const columns of [80, 120, 160]) {
    const lines = await shown(columns, "token", "list");
    expect(Math.max(...lines.map((line) => Bun.stringWidth(line)))).toBe(columns);
    expect(lines.join("\n")).toContain("x…");
    expect(lines.length).toBe(columns === 160 ? 3 : 6);
  }
  const piped = await terminal.done("token list");
  expect(piped).toContain(`  ${description}\n`);
  expect(piped.trimEnd().split("\n")).toHaveLength(3);
});

test("token list is a table of the tokens that are not revoked, newest first; --all has the revoked ones too", async () => {
  const old = await terminal.createToken("write", "--description", "old one");
  const gone = await terminal.createToken("read");
  const { id, token } = await terminal.createToken("read", "--description", "日本語", "--expires-in", "1d");
  await terminal.done(`token revoke ${gone.id}`);
  const row = `${id} +read +active +…${token.slice(-4)} .*Z +never +日本語`;
  const oldRow = `${old.id} +write +active .* never +never +old one`;
  expect(await terminal.done("token list")).toMatch(new RegExp(`^ID .*\n${row}\n${oldRow}\n$`));
  const all = await terminal.done("token list --all");
  expect(all).toMatch(new RegExp(`^ID .*\n${row}\n${gone.id} +read +revoked .*\n${oldRow}\n$`));
  for (const secret of [old.token, gone.token, token]) expect(all).not.toContain(secret);
});

test("token list prints with --json one list of all, in the form of the API", async () => {
  await using server = await terminal.serve();
  writeTokens(server.dataDir, manyTokens(1005));
  const list = JSON.parse(await terminal.done("token list --all --json"));
  expect(Object.keys(list)).toEqual(["data", "page"]);
  expect(list.page).toEqual({ page_size: 1006, cursor: null, more: false });
  expect(new Set(list.data.map(({ id }: { id: string }) => id)).size).toBe(1006);
  expect(Object.keys(list.data[0])).toEqual(RESOURCE_KEYS);
  const filters = [{ key: "status", in: ["active", "expired", "revoked"] }];
  const answered = await server.call("api-token/list", { filters, pagination: { limit: 1000 } });
  // The first row is the token that asks the API: its last use is not in the store yet.
  expect(list.data.slice(1, 1000)).toEqual(answered.json.data.slice(1));
});

test("token list has the tokens of all flags together", async () => {
  await terminal.createToken("read");
  writeTokens(terminal.dataDir, manyTokens(3000));
  const list = async (flags: string) => {
    const { data } = JSON.parse(await terminal.done(`token list --json ${flags}`));
    const lines = (await terminal.done(`token list ${flags}`)).trimEnd().split("\n");
    expect(lines).toHaveLength(data.length + 1);
    return data.length;
  };
  expect(await list("--status active")).toBe(2101);
  for (const flags of ["--status expired --status revoked", "--status expired,revoked"])
    expect(await list(flags)).toBe(900);
  expect(await list("--all")).toBe(3001);
  const unused = await list("--unused-for 150d --status active");
  expect(unused).toBeWithin(1, 2100);
  expect(await list("--expiring-within 30d --unused-for 150d")).toBeLessThan(unused);
  expect(await terminal.done("token list --audience wiki")).toBe("There are no such tokens.\n");
});

test.skipIf(process.platform !== "linux")("a long token list takes little memory", async () => {
  await terminal.createToken("read");
  writeTokens(terminal.dataDir, manyTokens(100_000));
  for (const flags of [["--all"], ["--all", "--json"]]) {
    const child = Bun.spawn([EXECUTABLE, "token", "list", ...flags], {
      cwd: terminal.cwd,
      env: {},
      stdout: "pipe",
      stderr: "inherit",
    });
    let size = 0;
    let memory = 0;
    for await (const bytes of child.stdout) {
      size += bytes.length;
      memory = Math.max(memory, peakMemory(child.pid));
    }
    expect(await child.exited).toBe(0);
    expect(size).toBeGreaterThan(15_000_000);
    expect(memory).toBeGreaterThan(10_000_000);
    expect(memory).toBeLessThan(250_000_000);
  }
});

/**
 * The most memory that a process has had, in bytes; 0 once it has ended. Its `maxRSS` would count the memory of this
 * process too, from which it was started. https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
 */
function peakMemory(pid: number): number {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}

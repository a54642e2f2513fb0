import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { EXECUTABLE, RunningServer } from "../../support/executable/executable.ts";
import { Terminal } from "../../support/executable/terminal.ts";
import { PATIENCE_MS, TEST_LIMIT_MS } from "../../support/patience.ts";
import { manyTokens, writeTokens } from "../../support/store/many-tokens.ts";

setDefaultTimeout(TEST_LIMIT_MS);

/** What a command shows on a terminal of that width. */
async function shown(terminal: Terminal, columns: number, ...args: readonly string[]): Promise<string[]> {
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
    const deadline = performance.now() + PATIENCE_MS;
    while (!text.includes("END") && performance.now() < deadline) await Bun.sleep(5);
  } finally {
    screen.close();
  }
  return Buffer.from(text, "latin1").toString("utf8").trimEnd().split("\r\n");
}

describe("token list", () => {
  test("fits the terminal that it is on, and cuts nothing in a pipe", async () => {
    using terminal = new Terminal();
    const description = `${"x".repeat(300)} the rest`;
    await terminal.createToken("read", "--description", "END");
    await terminal.createToken("read", "--description", description, "--expires-in", "90d");
    for (const columns of [80, 120, 160]) {
      const lines = await shown(terminal, columns, "token", "list");
      expect(Math.max(...lines.map((line) => Bun.stringWidth(line)))).toBe(columns);
      expect(lines.join("\n")).toContain("x…");
      expect(lines.length).toBe(columns === 160 ? 3 : 6);
    }
    const piped = await terminal.output("token", "list");
    expect(piped).toContain(`  ${description}\n`);
    expect(piped.trimEnd().split("\n")).toHaveLength(3);
  });

  test("shows the last use, and finds tokens by what is asked for, together with the rest", async () => {
    await using server = await RunningServer.start();
    using terminal = new Terminal();
    const at = ["--data-dir", server.dataDir];
    writeTokens(server.dataDir, manyTokens(3000));
    const list = async (...flags: readonly string[]) => {
      const { data } = JSON.parse(await terminal.output("token", "list", "--json", ...at, ...flags));
      const lines = (await terminal.output("token", "list", ...at, ...flags)).trimEnd().split("\n");
      expect(lines).toHaveLength(data.length === 0 ? 1 : data.length + 1);
      return data.length;
    };
    expect(await list("--status", "active")).toBe(2101);
    expect(await list("--status", "expired", "--status", "revoked")).toBe(900);
    expect(await list("--status", "expired,revoked")).toBe(900);
    expect(await list("--all")).toBe(3001);
    expect(await list("--audience", "wiki")).toBe(0);
    const filters = [{ key: "status", eq: "active" }];
    const whole = (await server.call("api-token/list", { filters, pagination: { limit: 1000 } })).json.data;
    const unused = await list("--unused-for", "150d", "--status", "active");
    expect(unused).toBeGreaterThan(0);
    expect(unused).toBeLessThan(2100);
    expect(await list("--expiring-within", "30d", "--unused-for", "150d")).toBeLessThan(unused);
    const table = await terminal.output("token", "list", "--status", "active", ...at);
    const used = whole.find(
      ({ id, last_used_at }: { id: string; last_used_at: string | null }) =>
        id.startsWith("atok_0Many") && last_used_at !== null,
    );
    expect(table).toMatch(new RegExp(`^${used.id} .* ${used.last_used_at} `, "m"));
    expect(await terminal.output("token", "list", "--audience", "wiki", ...at)).toBe(
      "There are no such tokens.\n",
    );
  });

  test.skipIf(process.platform !== "linux")(
    "of very many tokens takes no more memory than of few",
    async () => {
      using terminal = new Terminal();
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
    },
  );
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

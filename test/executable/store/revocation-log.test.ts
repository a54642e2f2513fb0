import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { cpSync, readFileSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { RunningServer, run } from "../../support/executable/executable.ts";
import { TEST_LIMIT_MS, until } from "../../support/patience.ts";
import { SmallDisk } from "../../support/store/small-disk.ts";
import { TemporaryDirectory } from "../../support/temporary.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const disk = SmallDisk.mount();
if (disk === null)
  process.stderr.write("skipped, as nothing may be mounted: a revocation log on a disk of its own\n");
disk?.[Symbol.dispose]();

/** The lines of the server's log with a message that begins so. */
function linesOf({ stderr }: RunningServer, start: string): readonly Readonly<Record<string, unknown>>[] {
  const lines = stderr.split("\n").filter((line) => line.startsWith("{"));
  return lines
    .map((line): Readonly<Record<string, unknown>> => JSON.parse(line))
    .filter(({ message }) => String(message).startsWith(start));
}

/** Whether the log names the token. */
function isLogged(path: string, id: string): boolean {
  return readFileSync(path, "utf8").includes(`"token":"${id}"`);
}

describe.skipIf(disk === null)("a revocation log on a disk of its own", () => {
  test("that became read-only keeps the server from starting", async () => {
    using small = SmallDisk.mount();
    using directory = new TemporaryDirectory();
    const path = join(small?.path ?? "", "revocations");
    const args = ["--revocation-log", path];
    {
      await using server = await RunningServer.start({ cwd: directory.path, args });
      expect(await server.stop()).toBe(0);
    }
    Bun.spawnSync(["mount", "-o", "remount,ro", small?.path ?? ""]);
    const refused = await run(["serve", "--port", "0", ...args], { cwd: directory.path });
    expect(refused).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: `publisher: The revocation log ${path} cannot be written: the file system is read-only.\n`,
    });
  });

  test("that is full does not: the server names what is missing, and writes it later", async () => {
    using small = SmallDisk.mount();
    using directory = new TemporaryDirectory();
    const path = join(small?.path ?? "", "revocations");
    const start = { cwd: directory.path, args: ["--revocation-log", path] };
    const ids: string[] = [];
    {
      await using server = await RunningServer.start(start);
      small?.fill();
      // The last page of the file has room for some lines.
      while (ids.every((id) => isLogged(path, id))) {
        const { id } = (await server.call("api-token/create", { access: "read" })).json;
        ids.push(id);
        expect((await server.call("api-token/revoke", { id })).json.status).toBe("revoked");
      }
      expect(await server.stop()).toBe(0);
      expect(linesOf(server, "the revocation log lacks")).toMatchObject([{ tokens: [ids.at(-1)] }]);
    }
    {
      await using server = await RunningServer.start(start);
      await until(() => linesOf(server, "the revocation log cannot be written now").length === 1);
      expect(server.stdout).toContain(`Warning: The revocation log ${path} cannot be written now.`);
      small?.free();
    }
    await using server = await RunningServer.start(start);
    expect(ids.filter((id) => !isLogged(path, id))).toEqual([]);
    expect(await server.stop()).toBe(0);
    expect(linesOf(server, "the revocation log lacks")).toEqual([]);
  });
});

test("a revocation log that is cut under a running server is whole again soon, and the server warns", async () => {
  using directory = new TemporaryDirectory();
  const path = join(directory.path, "revocations");
  await using server = await RunningServer.start({ args: ["--revocation-log", path] });
  const { size } = statSync(path);
  const { id } = (await server.call("api-token/create", { access: "read" })).json;
  await server.call("api-token/revoke", { id });
  expect(isLogged(path, id)).toBe(true);
  truncateSync(path, size);
  await until(() => isLogged(path, id));
  await until(() => linesOf(server, "something else changed the revocation log: lines of this").length === 1);
  truncateSync(path, size);
  await until(() => isLogged(path, id));
  expect(await server.stop()).toBe(0);
  expect(linesOf(server, "something else changed the revocation log")).toHaveLength(1);
});

test("a revocation log in a directory that is missing says so", async () => {
  using directory = new TemporaryDirectory();
  const refused = await run(["serve", "--port", "0", "--revocation-log", "missing/log"], {
    cwd: directory.path,
  });
  expect(refused.stderr).toMatch(
    /^publisher: There is no directory \S*missing for the revocation log\. Make it first\.\n$/,
  );
});

test("two stores with one key that write to one revocation log are told once each", async () => {
  using directory = new TemporaryDirectory();
  const start = (dataDir: string) => ({
    cwd: directory.path,
    args: ["--data-dir", dataDir, "--revocation-log", "revocations"],
  });
  {
    await using server = await RunningServer.start(start("one"));
    expect(await server.stop()).toBe(0);
  }
  const token = readFileSync(join(directory.path, "one", "first-token"), "utf8").trim();
  cpSync(join(directory.path, "one"), join(directory.path, "two"), { recursive: true });
  await using one = await RunningServer.start(start("one"));
  await using two = await RunningServer.start(start("two"));
  const ids: string[] = [];
  for (const server of [one, two, one, two, one, two]) {
    const { id } = (await server.call("api-token/create", { access: "read" }, token)).json;
    ids.push(id);
    expect((await server.call("api-token/revoke", { id }, token)).status).toBe(200);
  }
  for (const server of [one, two]) {
    const says = "something else changed the revocation log: another store writes to it too";
    await until(() => linesOf(server, says).length === 1);
    expect(await server.stop()).toBe(0);
    expect(linesOf(server, "something else changed the revocation log")).toHaveLength(1);
  }
  expect(ids.filter((id) => !isLogged(join(directory.path, "revocations"), id))).toEqual([]);
});

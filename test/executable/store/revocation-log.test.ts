import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import type { RunningServer } from "../../support/executable/executable.ts";
import { TEST_LIMIT_MS, until } from "../../support/patience.ts";
import { SmallDisk } from "../../support/store/small-disk.ts";
import { useTerminal } from "../../support/store/store-terminal.ts";
import { useDisk } from "../../support/store/use.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const terminal = useTerminal();

const CHANGED = "something else changed the revocation log";

/** The lines of the server's log with a message that begins so. */
function linesOf({ log }: RunningServer, start: string): readonly Readonly<Record<string, unknown>>[] {
  return log.filter(({ message }) => String(message).startsWith(start));
}

/** Whether the log names the token. */
function isLogged(path: string, id: string): boolean {
  return readFileSync(path, "utf8").includes(`"token":"${id}"`);
}

/** Revokes a new token, and returns its id. */
async function revokeOne(server: RunningServer): Promise<string> {
  const { id } = (await server.call("api-token/create", { access: "read" })).json;
  expect((await server.call("api-token/revoke", { id })).json.status).toBe("revoked");
  return id;
}

const CAN_MOUNT = SmallDisk.canMount("a revocation log on a disk of its own");

describe.skipIf(!CAN_MOUNT)("a revocation log on a disk of its own", () => {
  const disk = useDisk();

  test("that became read-only keeps the server from starting", async () => {
    const path = join(disk.path, "revocations");
    await terminal.serveOnce("--revocation-log", path);
    Bun.spawnSync(["mount", "-o", "remount,ro", disk.path]);
    expect(await terminal.refusal(`serve --port 0 --revocation-log ${path}`)).toBe(
      `publisher: The revocation log ${path} cannot be written: the file system is read-only.\n`,
    );
  });

  test("that is full does not: the server names the missing revocations, and writes them later", async () => {
    const path = join(disk.path, "revocations");
    const serve = async () => await terminal.serve("--revocation-log", path);
    const ids: string[] = [];
    {
      await using server = await serve();
      disk.fill();
      // The last page of the file has room for some lines.
      while (ids.every((id) => isLogged(path, id))) ids.push(await revokeOne(server));
      expect(await server.stop()).toBe(0);
      expect(linesOf(server, "the revocation log lacks")).toMatchObject([{ tokens: [ids.at(-1)] }]);
    }
    {
      await using server = await serve();
      await until(() => linesOf(server, "the revocation log cannot be written now").length === 1);
      expect(server.stdout).toContain(`Warning: The revocation log ${path} cannot be written now.`);
      disk.free();
    }
    await using server = await serve();
    expect(ids.filter((id) => !isLogged(path, id))).toEqual([]);
    expect(await server.stop()).toBe(0);
    expect(linesOf(server, "the revocation log lacks")).toEqual([]);
  });
});

test("a revocation log that is cut under a running server is whole again soon, and the server warns", async () => {
  const path = terminal.path("revocations");
  await using server = await terminal.serve("--revocation-log", path);
  const { size } = statSync(path);
  const id = await revokeOne(server);
  expect(isLogged(path, id)).toBe(true);
  truncateSync(path, size);
  await until(() => isLogged(path, id));
  await until(() => linesOf(server, `${CHANGED}: lines of this`).length === 1);
  expect(await server.stop()).toBe(0);
  expect(linesOf(server, CHANGED)).toHaveLength(1);
});

test("a revocation log in a directory that is missing says so", async () => {
  const message = /^publisher: There is no directory \S*missing for the revocation log\. Make it first\.\n$/;
  await terminal.expectRefusal("serve --port 0 --revocation-log missing/log", message);
});

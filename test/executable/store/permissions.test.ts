import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, copyFileSync } from "node:fs";
import { join } from "node:path";
import { EXECUTABLE, type Ran } from "../../support/executable/executable.ts";
import { Terminal } from "../../support/executable/terminal.ts";
import { TEST_LIMIT_MS } from "../../support/patience.ts";

setDefaultTimeout(TEST_LIMIT_MS);

const NOBODY = 65_534;
const IS_ROOT = process.getuid?.() === 0;

/** Root may do everything, so a test that runs as root becomes another user. */
const SOMEBODY_ELSE = IS_ROOT
  ? ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", "--"]
  : [];
const CAN_TEST = process.platform !== "win32" && (!IS_ROOT || Bun.which("setpriv") !== null);
if (!CAN_TEST) process.stderr.write("skipped, as there is nobody with less rights: what permissions do\n");

/** A store that others may see as the modes of its directory and its file say. */
async function storeOf(directoryMode: number, fileMode: number): Promise<Terminal> {
  const terminal = new Terminal();
  chmodSync(terminal.cwd, 0o755);
  copyFileSync(EXECUTABLE, join(terminal.cwd, "publisher"));
  await terminal.createToken("read");
  chmodSync(join(terminal.dataDir, "publisher.db"), fileMode);
  chmodSync(terminal.dataDir, directoryMode);
  return terminal;
}

function runAsSomebodyElse({ cwd }: Terminal, command: string): Ran {
  const args = [...SOMEBODY_ELSE, join(cwd, "publisher"), ...command.split(" ")];
  const { exitCode, stdout, stderr } = Bun.spawnSync(args, { cwd, env: { PATH: Bun.env.PATH } });
  return { exitCode, stdout: stdout.toString(), stderr: stderr.toString() };
}

describe.skipIf(!CAN_TEST)("who lacks the permission is told so", () => {
  test("to enter the data directory", async () => {
    using terminal = await storeOf(0o000, 0o600);
    for (const command of [
      "check",
      "token list",
      "token revoke atok_1",
      "token create --access read",
      "--port 0",
    ]) {
      const { exitCode, stdout, stderr } = runAsSomebodyElse(terminal, command);
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
      expect(stderr).toContain(terminal.dataDir);
      expect(stderr).toContain("permission denied");
    }
    chmodSync(terminal.dataDir, 0o700);
  });

  test("to write into the data directory", async () => {
    using terminal = await storeOf(0o555, 0o444);
    for (const command of ["token revoke atok_1", "token create --access read", "--port 0"]) {
      const { exitCode, stdout, stderr } = runAsSomebodyElse(terminal, command);
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
      expect(stderr).toContain(terminal.dataDir);
      expect(stderr).toContain("permission denied");
    }
    chmodSync(terminal.dataDir, 0o700);
  });

  test("and may check a store that can be read alone", async () => {
    using terminal = await storeOf(0o555, 0o444);
    const { exitCode, stdout } = runAsSomebodyElse(terminal, "check");
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringContaining("is sound") });
    chmodSync(terminal.dataDir, 0o700);
  });
});

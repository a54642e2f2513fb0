import { describe, expect, test } from "bun:test";
import { join, resolve } from "node:path";
import { EXECUTABLE } from "../support/executable/executable.ts";
import { TemporaryDirectory } from "../support/temporary.ts";

const DEPLOY = resolve(import.meta.dir, "../../docs/deploy");
const UNIT = "publisher.service";

/** The highest exposure that the unit may have, from 0 (safe) to 10. */
const MOST_EXPOSED = 1.5;

const cannotScore =
  Bun.spawnSync(["sh", "-c", "systemd-analyze --help | grep -q -- --offline"]).exitCode !== 0;
if (cannotScore)
  process.stderr.write(
    'skipped, as there is no systemd-analyze of systemd 250 or later ("apt-get install systemd"): the systemd unit\n',
  );

/** The output of `systemd-analyze` for a unit file with this text. */
async function analyzed(text: string, ...args: readonly string[]): Promise<string> {
  using directory = new TemporaryDirectory();
  const path = join(directory.path, UNIT);
  await Bun.write(path, text);
  const { stdout, stderr } = Bun.spawnSync(["systemd-analyze", ...args, path]);
  return stdout.toString() + stderr.toString();
}

/** The exposure that `systemd-analyze security` finds. */
async function exposure(text: string): Promise<number> {
  const printed = await analyzed(text, "security", "--offline=true", "--no-pager");
  return Number(/Overall exposure level for \S+: ([\d.]+)/.exec(printed)?.[1]);
}

describe.skipIf(cannotScore)("the systemd unit", async () => {
  const unit = await Bun.file(join(DEPLOY, UNIT)).text();
  const socket = await Bun.file(join(DEPLOY, "publisher-socket.conf")).text();

  test("restricts the service, and the socket restricts it more", async () => {
    const usual = await exposure(unit);
    expect(usual).toBeLessThanOrEqual(MOST_EXPOSED);
    expect(await exposure(`${unit}\n${socket}`)).toBeLessThan(usual);
    expect(await exposure("[Service]\nExecStart=/bin/true\n")).toBeGreaterThan(9);
  });

  test("has nothing that systemd does not know", async () => {
    const here = unit.replace("/usr/local/bin/publisher", EXECUTABLE);
    expect(here).not.toBe(unit);
    expect(await analyzed(`${here}\n${socket}`, "verify", "--man=no")).not.toContain(UNIT);
    expect(await analyzed(`${here}\n[Service]\nNoSuchKey=1\n`, "verify", "--man=no")).toContain("NoSuchKey");
  });

  test("writes no core dump, and does not start again after a wrong flag or variable", () => {
    expect(unit.split("\n")).toEqual(
      expect.arrayContaining(["LimitCORE=0", "RestartPreventExitStatus=2", "Restart=on-failure"]),
    );
  });
});

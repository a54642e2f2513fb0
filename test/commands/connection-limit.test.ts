import { expect, test } from "bun:test";
import { CommandFailure } from "../../src/commands/command-failure.ts";
import { ConnectionLimit } from "../../src/commands/connection-limit.ts";
import { makeLog } from "../../src/log.ts";

/** Connections of two kinds, which take descriptors, and everything that happens to them. */
class PlayedServer {
  idle = 0;
  others = 0;
  /** What takes descriptors and is no connection. */
  files = 0;
  now = 0;
  isAddressTaken = false;
  readonly events: string[] = [];
  readonly lines: string[] = [];
  readonly limit: ConnectionLimit;

  constructor() {
    const log = makeLog("info", {
      write: (line) => {
        const { level, message } = JSON.parse(line);
        this.lines.push(`${level}: ${message}`);
      },
    });
    const isCrowded = () => this.idle + this.others + this.files >= 100;
    const files = {
      limit: 108,
      get areNearlyAllTaken() {
        return isCrowded();
      },
      spare: () => void this.events.push("spare"),
      release: () => void this.events.push("release"),
    };
    const listeners = {
      closeIdle: () => {
        this.events.push("close idle");
        this.idle = 0;
      },
      renew: async () => {
        this.events.push("close all");
        await Promise.resolve();
        this.idle = 0;
        this.others = 0;
        if (this.isAddressTaken) throw new CommandFailure("it is in use");
      },
    };
    this.limit = new ConnectionLimit({ listeners, files, log, clock: () => this.now });
    this.limit.stop();
    this.events.splice(0);
  }

  /** What a look does. */
  async look(): Promise<readonly string[]> {
    await this.limit.look();
    return this.events.splice(0);
  }
}

const NEAR = "warn: near the limit of open files: connections are closed to make room";
const OVER = "info: well below the limit of open files again";

test("where there is room nothing is closed, and nothing is said", async () => {
  const played = new PlayedServer();
  played.idle = 60;
  played.others = 39;
  expect(await played.look()).toEqual([]);
  expect(played.lines).toEqual([]);
});

test("connections that wait for another request go first, and no other where that is enough", async () => {
  const played = new PlayedServer();
  played.idle = 50;
  played.others = 60;
  expect(await played.look()).toEqual(["close idle"]);
  expect(await played.look()).toEqual([]);
  expect(played.others).toBe(60);
});

test("all go where that is not enough, and the store has what is spared meanwhile", async () => {
  const played = new PlayedServer();
  played.idle = 10;
  played.others = 100;
  expect(await played.look()).toEqual(["close idle", "close all", "release", "spare"]);
  expect(await played.look()).toEqual([]);
});

test("it is told once, and that it is over after a minute in which it did not happen again", async () => {
  const played = new PlayedServer();
  for (let wave = 0; wave < 3; wave += 1) {
    played.others = 100;
    await played.look();
    played.now += 59_000;
    await played.look();
  }
  expect(played.lines).toEqual([NEAR]);
  played.now += 1000;
  await played.look();
  await played.look();
  expect(played.lines).toEqual([NEAR, OVER]);
  played.others = 100;
  await played.look();
  expect(played.lines).toEqual([NEAR, OVER, NEAR]);
});

test("where something else takes the descriptors, connections are left alone for a minute", async () => {
  const played = new PlayedServer();
  played.files = 100;
  expect(await played.look()).toContain("close all");
  played.now += 59_999;
  expect(await played.look()).toEqual([]);
  played.now += 1;
  expect(await played.look()).toContain("close all");
  const NO_USE = "error: nearly all open files are taken, and not by connections";
  expect(played.lines).toEqual([NEAR, NO_USE, NO_USE]);
});

test("where it cannot listen again, it tries until it can, and tells of it once", async () => {
  const played = new PlayedServer();
  played.others = 100;
  played.isAddressTaken = true;
  for (let count = 0; count < 3; count += 1) expect(await played.look()).toContain("close all");
  played.isAddressTaken = false;
  expect(await played.look()).toContain("close all");
  expect(await played.look()).toEqual([]);
  expect(played.lines).toEqual([NEAR, "error: cannot listen again now; it is tried again and again"]);
});

import { expect, test } from "bun:test";
import { makeLog } from "../../../src/log/log.ts";
import { ConnectionLimit } from "../../../src/server/listening/connection-limit.ts";

/** Connections of two kinds, which take descriptors, and everything that happens to them. */
class PlayedServer {
  idle = 0;
  others = 0;
  /** Descriptors that are no connections. */
  files = 0;
  now = 0;
  isAddressTaken = false;
  /** Connections that the new listeners accept before those of before are closed. */
  comeMeanwhile = 0;
  /** Whether there was room for a new connection while all were closed. */
  hadRoom: boolean | null = null;
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
    const taken = () => this.idle + this.others + this.files;
    const areFilesMany = () => this.files >= 100;
    const files = {
      limit: 108,
      get areNearlyAllTaken() {
        return taken() >= 100;
      },
      get areNearlyAllTakenByFiles() {
        return areFilesMany();
      },
      get areAllTaken() {
        return taken() >= 108;
      },
      spare: () => void this.events.push("spare"),
      release: () => void this.events.push("release"),
    };
    const server = {
      closeIdle: () => {
        this.events.push("close idle");
        this.idle = 0;
      },
      renew: async (hasRoom: () => boolean) => {
        this.events.push("close all");
        this.hadRoom = hasRoom();
        await Promise.resolve();
        if (this.isAddressTaken) throw new Error("it is in use");
        this.idle = 0;
        this.others = this.comeMeanwhile;
      },
    };
    this.limit = new ConnectionLimit({ server, files, log, clock: () => this.now });
    this.limit.stop();
    this.events.splice(0);
  }

  async look(): Promise<readonly string[]> {
    await this.limit.look();
    return this.events.splice(0);
  }
}

const NEAR = "warn: near the limit of open files: connections are closed to make room";
const OVER = "info: well below the limit of open files again";

test.each<[name: string, idle: number, others: number, events: readonly string[]]>([
  ["where there is room nothing is closed", 60, 39, []],
  ["connections that wait for another request go first", 50, 60, ["close idle"]],
  ["all go where that is not enough", 10, 100, ["close idle", "release", "close all", "spare"]],
])("%s", async (_, idle, others, events) => {
  const played = new PlayedServer();
  played.idle = idle;
  played.others = others;
  expect(await played.look()).toEqual([...events]);
  expect(await played.look()).toEqual([]);
  expect(played.lines).toEqual(events.length === 0 ? [] : [NEAR]);
});

test("it is logged once, and that it is over after a minute in which it did not happen again", async () => {
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

test("where new connections take everything meanwhile, it goes on at once, and blames no files", async () => {
  const played = new PlayedServer();
  played.others = 100;
  played.comeMeanwhile = 100;
  for (let count = 0; count < 3; count += 1) expect(await played.look()).toContain("close all");
  expect(played.lines).toEqual([NEAR]);
});

test("new listeners learn whether there is room for a new connection while all are closed", async () => {
  for (const [others, hasRoom] of [
    [107, true],
    [108, false],
  ] as const) {
    const played = new PlayedServer();
    played.others = others;
    await played.look();
    expect(played.hadRoom).toBe(hasRoom);
  }
});

test("where it cannot listen anew, it tries until it can, and logs it once", async () => {
  const played = new PlayedServer();
  played.others = 100;
  played.isAddressTaken = true;
  for (let count = 0; count < 3; count += 1) expect(await played.look()).toContain("close all");
  played.isAddressTaken = false;
  expect(await played.look()).toContain("close all");
  expect(await played.look()).toEqual([]);
  expect(played.lines).toEqual([NEAR, "error: cannot listen anew now; it is tried again and again"]);
});

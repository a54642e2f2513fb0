import { expect, test } from "bun:test";
import { makeLog } from "../../../src/log/log.ts";
import { ConnectionLimit } from "../../../src/server/listening/connection-limit.ts";

/** Connections of two kinds, which take descriptors, and everything that happens to them. */
class PlayedServer {
  idle = 0;
  others = 0;
  /** What takes descriptors and is no connection. */
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
    const isCrowded = () => this.idle + this.others + this.files >= 100;
    const areFilesMany = () => this.files >= 100;
    const areAllTaken = () => this.idle + this.others + this.files >= 108;
    const files = {
      limit: 108,
      get areNearlyAllTaken() {
        return isCrowded();
      },
      get areNearlyAllTakenByFiles() {
        return areFilesMany();
      },
      get areAllTaken() {
        return areAllTaken();
      },
      spare: () => void this.events.push("spare"),
      release: () => void this.events.push("release"),
    };
    const listeners = {
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

test("all go where that is not enough, and new listeners and the store have what is spared meanwhile", async () => {
  const played = new PlayedServer();
  played.idle = 10;
  played.others = 100;
  expect(await played.look()).toEqual(["close idle", "release", "close all", "spare"]);
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

test("where new connections take everything meanwhile, it goes on at once, and blames no files", async () => {
  const played = new PlayedServer();
  played.others = 100;
  played.comeMeanwhile = 100;
  for (let count = 0; count < 3; count += 1) expect(await played.look()).toContain("close all");
  expect(played.lines).toEqual([NEAR]);
});

test("it tells whether there is room for a new connection while all are closed", async () => {
  const played = new PlayedServer();
  played.others = 107;
  await played.look();
  expect(played.hadRoom).toBe(true);
  played.others = 108;
  await played.look();
  expect(played.hadRoom).toBe(false);
});

test("where it cannot listen anew, it tries until it can, and tells of it once", async () => {
  const played = new PlayedServer();
  played.others = 100;
  played.isAddressTaken = true;
  for (let count = 0; count < 3; count += 1) expect(await played.look()).toContain("close all");
  played.isAddressTaken = false;
  expect(await played.look()).toContain("close all");
  expect(await played.look()).toEqual([]);
  expect(played.lines).toEqual([NEAR, "error: cannot listen anew now; it is tried again and again"]);
});

import { beforeEach, describe, expect, spyOn, test } from "bun:test";
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type LogChange, RevocationLog } from "../../../../src/store/sqlite/revocation-log/revocation-log.ts";
import {
  type RevocationFile,
  readRevocationLogs,
} from "../../../../src/store/sqlite/revocation-log/revocation-log-reading.ts";
import { COMMAND_LINE } from "../../../../src/tokens/audit/audit-event.ts";
import { withoutUmask } from "../../../support/executable/umask.ts";
import { eventOf } from "../../../support/new-token.ts";
import { SmallDisk } from "../../../support/store/small-disk.ts";
import { TestStore } from "../../../support/store/store.ts";
import { unusable } from "../../../support/store/unusable.ts";
import { useEach } from "../../../support/store/use.ts";
import { TemporaryDirectory } from "../../../support/temporary.ts";

/** A store, and a place elsewhere for its revocation log. */
class Logged implements Disposable {
  readonly store = new TestStore();
  readonly #elsewhere = new TemporaryDirectory();
  readonly path: string;
  log: RevocationLog | undefined;

  constructor(directory?: string) {
    this.path = join(directory ?? this.#elsewhere.path, "revocations");
  }

  /** Opens the log, or opens it again. */
  open(mark = "mark"): void {
    this.log = new RevocationLog(this.path, this.store.store.auditTrail, mark);
    this.catchUp();
  }

  catchUp(): readonly LogChange[] | undefined {
    return this.log?.catchUp();
  }

  async revoked(): Promise<string> {
    const { token } = await this.store.create();
    await this.store.tokens.revoke(token.id, COMMAND_LINE);
    return token.id;
  }

  /** Revokes a token, and brings that into the log. */
  async logRevocation(): Promise<string> {
    const id = await this.revoked();
    this.catchUp();
    return id;
  }

  get text(): string {
    return readFileSync(this.path, "utf8");
  }

  get lastLine(): string {
    return this.text.trimEnd().split("\n").at(-1) ?? "";
  }

  get file(): RevocationFile | undefined {
    return readRevocationLogs([this.path], "mark")[0];
  }

  /** The ids of the tokens in the file, in order. */
  get tokens(): readonly string[] | undefined {
    return this.file?.ends.map(({ token }) => token);
  }

  /** Moves the file away; returns its new path. */
  move(): string {
    renameSync(this.path, `${this.path}.1`);
    return `${this.path}.1`;
  }

  [Symbol.dispose](): void {
    this.store[Symbol.dispose]();
    this.#elsewhere[Symbol.dispose]();
  }
}

const logged = useEach(() => new Logged());

test("a revocation log begins with all that ended before, for its owner alone", async () => {
  const ids = [await logged.revoked(), await logged.revoked()];
  withoutUmask(() => logged.open());
  expect(logged.tokens).toEqual(ids);
  expect(statSync(logged.path).mode & 0o777).toBe(0o600);
});

test("it begins again where a crash cut its first line short", async () => {
  const id = await logged.revoked();
  writeFileSync(logged.path, '{"revocation_log":1,"sto');
  logged.open();
  expect(logged.tokens).toEqual([id]);
});

test("it goes on from the last line of a file that is too long to be read as a whole", async () => {
  const first = await logged.revoked();
  logged.open();
  const [head = "", line = ""] = logged.text.split("\n");
  writeFileSync(logged.path, `${head}\n${`${line}\n`.repeat(2000)}`);
  const second = await logged.revoked();
  logged.open();
  expect(logged.tokens).toEqual([...Array.from({ length: 2000 }, () => first), second]);
});

test("it writes more than one slice of events", () => {
  const revocation = { action: "api-token.revoke", changes: { revoked_at: 1 } } as const;
  const events = Array.from({ length: 2345 }, (_, index) => ({
    ...eventOf(`atok_${index}`, `aevt_${String(index).padStart(5, "0")}`),
    ...(index % 3 === 0 ? {} : revocation),
  }));
  logged.store.holdEvents(events);
  logged.open();
  expect(logged.tokens).toHaveLength(1563);
  expect(logged.log?.knows("aevt_02344")).toBe(true);
  expect(logged.log?.knows("aevt_02345")).toBe(false);
});

test("it keeps the lines of a new file whose directory could not be synced, and syncs that later", async () => {
  let isFailing = false;
  let synced = 0;
  const sync = () => {
    if (isFailing) throw new Error("EIO");
    synced += 1;
  };
  const log = new RevocationLog(logged.path, logged.store.store.auditTrail, "mark", sync);
  expect(synced).toBe(1);
  logged.move();
  const ids = [await logged.revoked()];
  isFailing = true;
  for (let round = 0; round < 2; round += 1) expect(() => log.catchUp()).toThrow("EIO");
  ids.push(await logged.revoked());
  expect(() => log.catchUp()).toThrow("EIO");
  isFailing = false;
  for (let round = 0; round < 2; round += 1) expect(log.catchUp()).toEqual([]);
  expect({ synced, tokens: logged.tokens }).toEqual({ synced: 2, tokens: ids });
  expect(log.missing()).toEqual([]);
});

test("it leaves another file and the log of another store as they are", () => {
  writeFileSync(logged.path, "Dear diary,\n");
  const message = `${logged.path} is there already, and is not a revocation log.`;
  expect(unusable(() => logged.open())).toBe(message);
  expect(logged.text).toBe("Dear diary,\n");
  writeFileSync(logged.path, "");
  logged.open();
  const ofOther = `${logged.path} is the revocation log of another store`;
  expect(unusable(() => logged.open("other"))).toBe(`${ofOther}.`);
  expect(unusable(() => readRevocationLogs([logged.path], "other"))).toBe(
    `${ofOther} than the backup is of.`,
  );
});

test("it says why it cannot be made", () => {
  mkdirSync(logged.path);
  expect(unusable(() => logged.open())).toBe(
    `The revocation log ${logged.path} cannot be written: it is a directory.`,
  );
});

describe("an open revocation log", () => {
  beforeEach(() => logged.open());

  test("has its first line also without changes", () => {
    expect(logged.text).toBe('{"revocation_log":1,"store":"mark","after":null}\n');
  });

  test("has each end once, by whichever process, and no creation", async () => {
    const id = await logged.logRevocation();
    logged.catchUp();
    const { token } = await logged.store.create();
    await logged.store.beside().revoke(token.id, COMMAND_LINE);
    await logged.store.create();
    logged.catchUp();
    expect(logged.tokens).toEqual([id, token.id]);
  });

  test("goes on after a restart, also where a crash cut its last line short", async () => {
    const ids = [await logged.revoked()];
    logged.open();
    ids.push(await logged.revoked());
    appendFileSync(logged.path, '{"audit_event":"aevt_');
    logged.open();
    expect(logged.tokens).toEqual(ids);
    expect(logged.text.split("\n")[2]).toContain(ids[1] ?? "");
    expect(logged.file?.unreadable).toBeNull();
  });

  test("begins a new file where the old one was moved away, which says after which event", async () => {
    const first = await logged.logRevocation();
    const old = logged.move();
    const second = await logged.logRevocation();
    expect(logged.tokens).toEqual([second]);
    const [before] = readRevocationLogs([old], "mark");
    expect(before?.ends.map(({ token }) => token)).toEqual([first]);
    expect(logged.file?.after).toBe(before?.last);
  });

  test("catches up once it can be written again", async () => {
    logged.move();
    mkdirSync(logged.path);
    const id = await logged.revoked();
    expect(() => logged.catchUp()).toThrow("EISDIR");
    rmdirSync(logged.path);
    logged.catchUp();
    expect(logged.tokens).toEqual([id]);
  });

  test("writes again what was cut off at its end, at once", async () => {
    const ids = [await logged.logRevocation()];
    const { size } = statSync(logged.path);
    ids.push(await logged.revoked(), await logged.revoked());
    expect(logged.catchUp()).toEqual([]);
    truncateSync(logged.path, size);
    expect(logged.catchUp()).toEqual(["lines gone"]);
    expect(logged.tokens).toEqual(ids);
    truncateSync(logged.path, size + 5);
    ids.push(await logged.revoked());
    expect(logged.catchUp()).toEqual(["lines gone"]);
    expect(logged.tokens).toEqual(ids);
    expect(logged.catchUp()).toEqual([]);
    expect(logged.file?.afterHole).toBeNull();
  });

  test("writes again what an older copy of it lacks that took its place", async () => {
    const ids = [await logged.logRevocation()];
    copyFileSync(logged.path, `${logged.path}.copy`);
    ids.push(await logged.logRevocation());
    renameSync(`${logged.path}.copy`, logged.path);
    ids.push(await logged.logRevocation());
    expect(logged.tokens).toEqual(ids);
    expect(logged.file?.afterHole).toBeNull();
  });

  test("has every end of this store where another one with the same key writes to it too", async () => {
    const ids = [await logged.logRevocation(), await logged.revoked()];
    const other = logged.lastLine.replaceAll(/(?<=[ak]_)\w+/g, (id) => `${id.slice(0, -1)}Z`);
    const later = `${JSON.stringify({ ...JSON.parse(other), audit_event: `aevt_${"z".repeat(22)}` })}\n`;
    appendFileSync(logged.path, later);
    expect(logged.catchUp()).toEqual(["lines of another store"]);
    ids.push(await logged.revoked());
    expect(logged.catchUp()).toEqual([]);
    const whole = logged.text;
    appendFileSync(logged.path, later);
    expect(logged.catchUp()).toEqual(["lines of another store"]);
    writeFileSync(logged.path, whole.slice(0, whole.lastIndexOf('{"audit_event"')));
    expect(logged.catchUp()).toEqual(["lines gone"]);
    logged.open();
    expect(logged.tokens?.filter((token) => ids.includes(token))).toEqual(ids);
  });

  test("looks at the new lines alone where another store goes on writing to a long file", async () => {
    const id = await logged.revoked();
    // A creation has no line, so the log knows more than its last line says.
    await logged.store.create();
    logged.catchUp();
    const ofOther = logged.lastLine.replace(/aevt_\w+/, `aevt_${"z".repeat(22)}`);
    const looks = spyOn(logged.store.store.auditTrail, "has");
    appendFileSync(logged.path, `${ofOther}\n`.repeat(2000));
    expect(logged.catchUp()).toEqual(["lines of another store"]);
    looks.mockClear();
    appendFileSync(logged.path, `${ofOther.replace("zz", "zy")}\n`);
    expect(logged.catchUp()).toEqual(["lines of another store"]);
    expect(looks).toHaveBeenCalledTimes(1);
    expect(logged.tokens?.filter((token) => token === id)).toHaveLength(2002);
  });

  test.each([0, 30])("begins again where it was cut to %d bytes, and says after which line", async (size) => {
    await logged.logRevocation();
    const last = logged.file?.last ?? "";
    await logged.store.create();
    logged.catchUp();
    truncateSync(logged.path, size);
    const first = await logged.revoked();
    expect(logged.catchUp()).toEqual(["emptied"]);
    expect([logged.file?.after, logged.tokens]).toEqual([last, [first]]);
    truncateSync(logged.path, size);
    expect(logged.catchUp()).toEqual(["emptied"]);
    expect(logged.catchUp()).toEqual([]);
    const second = await logged.logRevocation();
    expect(logged.tokens).toEqual([second]);
  });

  test.each([
    ["a pipe", (path: string) => void Bun.spawnSync(["mkfifo", path])],
    ["a device", (path: string) => symlinkSync("/dev/zero", path)],
  ])("is refused where it is %s, without waiting for it", async (kind, put) => {
    logged.move();
    put(logged.path);
    await logged.revoked();
    const says = `${logged.path} is ${kind}. A revocation log is a regular file. Name one.`;
    for (const work of [() => logged.catchUp(), () => logged.open(), () => logged.file])
      expect(unusable(work)).toBe(says);
  });
});

const disk = SmallDisk.mount();
disk?.[Symbol.dispose]();

test.skipIf(disk === null)("the revocation log loses nothing while its disk is full", async () => {
  using small = SmallDisk.mount();
  if (small === null) throw new Error("no disk can be mounted");
  using full = new Logged(small.path);
  full.open();
  small.fill();
  const ids: string[] = [];
  let failures = 0;
  // The last page of the file has room for some lines.
  while (failures < 10) {
    ids.push(await full.revoked());
    try {
      full.catchUp();
    } catch {
      failures += 1;
    }
    expect(full.text).toEndWith("\n");
  }
  expect(full.tokens).toEqual(ids.slice(0, -failures));
  small.free();
  full.catchUp();
  expect(full.tokens).toEqual(ids);
});

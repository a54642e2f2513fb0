import { describe, expect, spyOn, test } from "bun:test";
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { RevocationLog } from "../../../../src/store/sqlite/revocation-log/revocation-log.ts";
import { readRevocationLogs } from "../../../../src/store/sqlite/revocation-log/revocation-log-reading.ts";
import { COMMAND_LINE } from "../../../../src/tokens/audit/audit-event.ts";
import { withoutUmask } from "../../../support/executable/umask.ts";
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

  constructor(directory?: string) {
    this.path = join(directory ?? this.#elsewhere.path, "revocations");
  }

  open(mark = "mark"): RevocationLog {
    const log = new RevocationLog(this.path, this.store.store.auditTrail, mark);
    log.catchUp();
    return log;
  }

  async revoked(): Promise<string> {
    const { token } = await this.store.create();
    await this.store.tokens.revoke(token.id, COMMAND_LINE);
    return token.id;
  }

  /** Revokes a token, and brings that into the log. */
  async logRevocation(log: RevocationLog): Promise<string> {
    const id = await this.revoked();
    log.catchUp();
    return id;
  }

  get text(): string {
    return readFileSync(this.path, "utf8");
  }

  get hole(): number | null | undefined {
    return readRevocationLogs([this.path], "mark")[0]?.afterHole;
  }

  /** The ids of the tokens in the file, in order. */
  get tokens(): readonly string[] {
    return readRevocationLogs([this.path], "mark").flatMap(({ ends }) => ends.map(({ token }) => token));
  }

  [Symbol.dispose](): void {
    this.store[Symbol.dispose]();
    this.#elsewhere[Symbol.dispose]();
  }
}

const logged = useEach(() => new Logged());

function lastLineOf(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}

describe("the revocation log", () => {
  test("begins with all that ended before, for its owner alone", async () => {
    const ids = [await logged.revoked(), await logged.revoked()];
    withoutUmask(() => logged.open());
    expect(logged.tokens).toEqual(ids);
    expect((statSync(logged.path).mode & 0o777).toString(8)).toBe("600");
  });

  test("is there from the start, also of a store without changes", () => {
    logged.open();
    expect(logged.text).toBe('{"revocation_log":1,"store":"mark","after":null}\n');
  });

  test("has each end once, by whichever process, and no creation", async () => {
    const log = logged.open();
    const id = await logged.logRevocation(log);
    log.catchUp();
    const { token } = await logged.store.create();
    await logged.store.beside().revoke(token.id, COMMAND_LINE);
    await logged.store.create();
    log.catchUp();
    expect(logged.tokens).toEqual([id, token.id]);
  });

  test("goes on after a restart, also where a crash cut its last line short", async () => {
    logged.open();
    const ids = [await logged.revoked()];
    logged.open();
    ids.push(await logged.revoked());
    appendFileSync(logged.path, '{"audit_event":"aevt_');
    logged.open();
    expect(logged.tokens).toEqual(ids);
    const [, , last] = logged.text.split("\n");
    expect(last).toContain(ids[1] ?? "");
    expect(readRevocationLogs([logged.path], "mark")[0]?.unreadable).toBeNull();
  });

  test("begins again where a crash cut its first line short", async () => {
    const id = await logged.revoked();
    writeFileSync(logged.path, '{"revocation_log":1,"sto');
    logged.open();
    expect(logged.tokens).toEqual([id]);
  });

  test("goes on from the last line of a file that is too long to be read as a whole", async () => {
    const first = await logged.revoked();
    logged.open();
    const [head = "", line = ""] = logged.text.split("\n");
    writeFileSync(logged.path, `${head}\n${`${line}\n`.repeat(2000)}`);
    const second = await logged.revoked();
    logged.open();
    expect(logged.tokens).toEqual([...Array.from({ length: 2000 }, () => first), second]);
  });

  test("begins a new file where the old one was moved away, which says after which event", async () => {
    const log = logged.open();
    const first = await logged.logRevocation(log);
    const old = `${logged.path}.1`;
    renameSync(logged.path, old);
    const second = await logged.logRevocation(log);
    expect(logged.tokens).toEqual([second]);
    const [before, after] = readRevocationLogs([old, logged.path], "mark");
    expect(before?.ends.map(({ token }) => token)).toEqual([first]);
    expect(after?.after).toBe(before?.last);
  });

  test("writes more than one slice of events", async () => {
    logged.store.holdEvents(
      Array.from({ length: 2345 }, (_, index) => ({
        id: `aevt_${String(index).padStart(5, "0")}`,
        at: 1,
        action: index % 3 === 0 ? "api-token.create" : "api-token.revoke",
        actor: COMMAND_LINE,
        target: `atok_${index}`,
        changes: index % 3 === 0 ? {} : { revoked_at: 1 },
      })),
    );
    const log = logged.open();
    expect(logged.tokens).toHaveLength(1563);
    expect(log.knows("aevt_02344")).toBe(true);
    expect(log.knows("aevt_02345")).toBe(false);
  });

  test("catches up once it can be written again", async () => {
    const log = logged.open();
    renameSync(logged.path, `${logged.path}.1`);
    mkdirSync(logged.path);
    const id = await logged.revoked();
    expect(() => log.catchUp()).toThrow("EISDIR");
    renameSync(logged.path, `${logged.path}.directory`);
    log.catchUp();
    expect(logged.tokens).toEqual([id]);
  });

  test("keeps the lines of a new file whose directory could not be synced, and syncs that later", async () => {
    let isFailing = false;
    let synced = 0;
    const sync = () => {
      if (isFailing) throw new Error("EIO");
      synced += 1;
    };
    const log = new RevocationLog(logged.path, logged.store.store.auditTrail, "mark", sync);
    expect(synced).toBe(1);
    renameSync(logged.path, `${logged.path}.1`);
    const ids = [await logged.revoked()];
    isFailing = true;
    expect(() => log.catchUp()).toThrow("EIO");
    expect(() => log.catchUp()).toThrow("EIO");
    ids.push(await logged.revoked());
    expect(() => log.catchUp()).toThrow("EIO");
    isFailing = false;
    expect(log.catchUp()).toEqual([]);
    expect(log.catchUp()).toEqual([]);
    expect({ synced, tokens: logged.tokens }).toEqual({ synced: 2, tokens: ids });
    expect(log.missing()).toEqual([]);
  });

  test("writes again what was cut off at its end, at once", async () => {
    const log = logged.open();
    const ids = [await logged.logRevocation(log)];
    const { size } = statSync(logged.path);
    ids.push(await logged.revoked(), await logged.revoked());
    expect(log.catchUp()).toEqual([]);
    truncateSync(logged.path, size);
    expect(log.catchUp()).toEqual(["lines gone"]);
    expect(logged.tokens).toEqual(ids);
    truncateSync(logged.path, size + 5);
    ids.push(await logged.revoked());
    expect(log.catchUp()).toEqual(["lines gone"]);
    expect(logged.tokens).toEqual(ids);
    expect(log.catchUp()).toEqual([]);
    expect(logged.hole).toBeNull();
  });

  test("writes again what an older copy of it lacks that took its place", async () => {
    const log = logged.open();
    const ids = [await logged.logRevocation(log)];
    copyFileSync(logged.path, `${logged.path}.copy`);
    ids.push(await logged.revoked());
    log.catchUp();
    renameSync(`${logged.path}.copy`, logged.path);
    ids.push(await logged.revoked());
    log.catchUp();
    expect(logged.tokens).toEqual(ids);
    expect(logged.hole).toBeNull();
  });

  test("begins again where it was emptied, and says after which line", async () => {
    const log = logged.open();
    await logged.logRevocation(log);
    const [{ last = "" } = {}] = readRevocationLogs([logged.path], "mark");
    await logged.store.create();
    log.catchUp();
    truncateSync(logged.path);
    const id = await logged.revoked();
    expect(log.catchUp()).toEqual(["emptied"]);
    expect(readRevocationLogs([logged.path], "mark")[0]?.after).toBe(last);
    expect(logged.tokens).toEqual([id]);
  });

  test("has every end of this store where another one with the same key writes to it too", async () => {
    const log = logged.open();
    const ids = [await logged.logRevocation(log)];
    ids.push(await logged.revoked());
    const other = lastLineOf(logged.text).replaceAll(/(?<=[ak]_)\w+/g, (id) => `${id.slice(0, -1)}Z`);
    const later = JSON.parse(other);
    later.audit_event = `aevt_${"z".repeat(22)}`;
    appendFileSync(logged.path, `${JSON.stringify(later)}\n`);
    expect(log.catchUp()).toEqual(["lines of another store"]);
    ids.push(await logged.revoked());
    expect(log.catchUp()).toEqual([]);
    const whole = logged.text;
    appendFileSync(logged.path, `${JSON.stringify(later)}\n`);
    expect(log.catchUp()).toEqual(["lines of another store"]);
    writeFileSync(logged.path, whole.slice(0, whole.lastIndexOf('{"audit_event"')));
    expect(log.catchUp()).toEqual(["lines gone"]);
    logged.open();
    expect(ids.filter((id) => !logged.tokens.includes(id))).toEqual([]);
    expect(logged.tokens.filter((token) => ids.includes(token))).toEqual(ids);
  });

  test("looks at the new lines alone where another store goes on writing to a long file", async () => {
    const log = logged.open();
    const id = await logged.revoked();
    // A creation has no line, so the log knows more than its last line says.
    await logged.store.create();
    log.catchUp();
    const ofOther = lastLineOf(logged.text).replace(/aevt_\w+/, `aevt_${"z".repeat(22)}`);
    const looks = spyOn(logged.store.store.auditTrail, "has");
    appendFileSync(logged.path, `${ofOther}\n`.repeat(2000));
    expect(log.catchUp()).toEqual(["lines of another store"]);
    looks.mockClear();
    appendFileSync(logged.path, `${ofOther.replace("zz", "zy")}\n`);
    expect(log.catchUp()).toEqual(["lines of another store"]);
    expect(looks).toHaveBeenCalledTimes(1);
    expect(logged.tokens.filter((token) => token === id)).toHaveLength(2002);
  });

  test.each([0, 30])(
    "says that it was emptied where it was cut to %d bytes, and begins anew",
    async (size) => {
      const log = logged.open();
      const lost = await logged.logRevocation(log);
      truncateSync(logged.path, size);
      expect(log.catchUp()).toEqual(["emptied"]);
      expect(log.catchUp()).toEqual([]);
      const id = await logged.revoked();
      expect(log.catchUp()).toEqual([]);
      expect(logged.tokens).toEqual([id]);
      expect(logged.tokens).not.toContain(lost);
    },
  );

  test.each([["a pipe"], ["a device"]])("is refused where it is %s, without waiting for it", async (what) => {
    const put = () =>
      what === "a pipe" ? void Bun.spawnSync(["mkfifo", logged.path]) : symlinkSync("/dev/zero", logged.path);
    const log = logged.open();
    renameSync(logged.path, `${logged.path}.1`);
    put();
    await logged.revoked();
    const says = `${logged.path} is ${what}. A revocation log is a regular file. Name one.`;
    expect(unusable(() => log.catchUp())).toBe(says);
    expect(unusable(() => logged.open())).toBe(says);
    expect(unusable(() => readRevocationLogs([logged.path], "mark"))).toBe(says);
  });

  test("leaves another file and the log of another store as they are", () => {
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

  test("says why it cannot be made", () => {
    mkdirSync(logged.path);
    expect(unusable(() => logged.open())).toBe(
      `The revocation log ${logged.path} cannot be written: it is a directory.`,
    );
    expect(existsSync(join(logged.path, "x"))).toBe(false);
  });
});

const disk = SmallDisk.mount();
disk?.[Symbol.dispose]();

test.skipIf(disk === null)("the revocation log loses nothing while its disk is full", async () => {
  using small = SmallDisk.mount();
  if (small === null) throw new Error("no disk can be mounted");
  using full = new Logged(small.path);
  const log = full.open();
  small.fill();
  const ids: string[] = [];
  let failures = 0;
  // The last page of the file has room for some lines.
  while (failures < 10) {
    ids.push(await full.revoked());
    try {
      log.catchUp();
    } catch {
      failures += 1;
    }
    expect(readFileSync(full.path, "utf8")).toEndWith("\n");
  }
  expect(full.tokens).toEqual(ids.slice(0, -failures));
  small.free();
  log.catchUp();
  expect(full.tokens).toEqual(ids);
});

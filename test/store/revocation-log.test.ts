import { describe, expect, test } from "bun:test";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { RevocationLog, readRevocationLogs } from "../../src/store/revocation-log.ts";
import { COMMAND_LINE } from "../../src/tokens/audit-event.ts";
import { SmallDisk } from "../support/small-disk.ts";
import { TestStore } from "../support/store.ts";
import { TemporaryDirectory } from "../support/temporary.ts";
import { withoutUmask } from "../support/umask.ts";
import { unusable } from "../support/unusable.ts";

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

  /** The ids of the tokens in the file, in order. */
  get tokens(): readonly string[] {
    return readRevocationLogs([this.path], "mark").flatMap(({ ends }) => ends.map(({ token }) => token));
  }

  [Symbol.dispose](): void {
    this.store[Symbol.dispose]();
    this.#elsewhere[Symbol.dispose]();
  }
}

describe("the revocation log", () => {
  test("begins with all that ended before, for its owner alone", async () => {
    using logged = new Logged();
    const ids = [await logged.revoked(), await logged.revoked()];
    withoutUmask(() => logged.open());
    expect(logged.tokens).toEqual(ids);
    expect((statSync(logged.path).mode & 0o777).toString(8)).toBe("600");
  });

  test("is there from the start, also of a store without changes", () => {
    using logged = new Logged();
    logged.open();
    expect(readFileSync(logged.path, "utf8")).toBe('{"revocation_log":1,"store":"mark","after":null}\n');
  });

  test("has each end once, by whichever process, and no creation", async () => {
    using logged = new Logged();
    const log = logged.open();
    const id = await logged.revoked();
    log.catchUp();
    log.catchUp();
    const { token } = await logged.store.create();
    await logged.store.beside().revoke(token.id, COMMAND_LINE);
    await logged.store.create();
    log.catchUp();
    expect(logged.tokens).toEqual([id, token.id]);
  });

  test("goes on after a restart, also where a crash cut its last line short", async () => {
    using logged = new Logged();
    logged.open();
    const ids = [await logged.revoked()];
    logged.open();
    ids.push(await logged.revoked());
    appendFileSync(logged.path, '{"audit_event":"aevt_');
    logged.open();
    expect(logged.tokens).toEqual(ids);
    const [, , last] = readFileSync(logged.path, "utf8").split("\n");
    expect(last).toContain(ids[1] ?? "");
    expect(readRevocationLogs([logged.path], "mark")[0]?.unreadable).toBeNull();
  });

  test("begins again where a crash cut its first line short", async () => {
    using logged = new Logged();
    const id = await logged.revoked();
    writeFileSync(logged.path, '{"revocation_log":1,"sto');
    logged.open();
    expect(logged.tokens).toEqual([id]);
  });

  test("goes on from the last line of a file that is too long to be read as a whole", async () => {
    using logged = new Logged();
    const first = await logged.revoked();
    logged.open();
    const [head = "", line = ""] = readFileSync(logged.path, "utf8").split("\n");
    writeFileSync(logged.path, `${head}\n${`${line}\n`.repeat(2000)}`);
    const second = await logged.revoked();
    logged.open();
    expect(logged.tokens).toEqual([...Array.from({ length: 2000 }, () => first), second]);
  });

  test("begins a new file where the old one was moved away, which says after which event", async () => {
    using logged = new Logged();
    const log = logged.open();
    const first = await logged.revoked();
    log.catchUp();
    const old = `${logged.path}.1`;
    renameSync(logged.path, old);
    const second = await logged.revoked();
    log.catchUp();
    expect(logged.tokens).toEqual([second]);
    const [before, after] = readRevocationLogs([old, logged.path], "mark");
    expect(before?.ends.map(({ token }) => token)).toEqual([first]);
    expect(after?.after).toBe(before?.last);
  });

  test("writes more than one slice of events", async () => {
    using logged = new Logged();
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
    using logged = new Logged();
    const log = logged.open();
    renameSync(logged.path, `${logged.path}.1`);
    mkdirSync(logged.path);
    const id = await logged.revoked();
    expect(() => log.catchUp()).toThrow("EISDIR");
    renameSync(logged.path, `${logged.path}.directory`);
    log.catchUp();
    expect(logged.tokens).toEqual([id]);
  });

  test("leaves another file and the log of another store as they are", () => {
    using logged = new Logged();
    writeFileSync(logged.path, "Dear diary,\n");
    expect(unusable(() => logged.open())).toBe(
      `${logged.path} is there already, and is not a revocation log.`,
    );
    expect(readFileSync(logged.path, "utf8")).toBe("Dear diary,\n");
    writeFileSync(logged.path, "");
    logged.open();
    expect(unusable(() => logged.open("other"))).toBe(
      `${logged.path} is the revocation log of another store.`,
    );
    expect(unusable(() => readRevocationLogs([logged.path], "other"))).toContain(
      "of another store than the backup",
    );
  });

  test("says why it cannot be made", () => {
    using logged = new Logged();
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
  using logged = new Logged(small.path);
  const log = logged.open();
  small.fill();
  const ids: string[] = [];
  let failures = 0;
  // More than what the last page of the file has room for.
  while (failures < 10) {
    ids.push(await logged.revoked());
    try {
      log.catchUp();
    } catch {
      failures += 1;
    }
    expect(readFileSync(logged.path, "utf8")).toEndWith("\n");
  }
  expect(logged.tokens).toEqual(ids.slice(0, -failures));
  small.free();
  log.catchUp();
  expect(logged.tokens).toEqual(ids);
});

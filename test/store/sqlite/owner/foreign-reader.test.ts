import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DataDirectory } from "../../../../src/store/sqlite/file/data-directory.ts";
import { openDatabase } from "../../../../src/store/sqlite/file/database.ts";
import { inspectDatabase } from "../../../../src/store/sqlite/inspect/inspection.ts";
import { openForeignReader } from "../../../../src/store/sqlite/owner/foreign-reader.ts";
import { makeStore, PublicDirectory } from "../../../support/store/data-directory.ts";
import { row } from "../../../support/store/store.ts";
import { unusable } from "../../../support/store/unusable.ts";
import { useEach } from "../../../support/store/use.ts";

const USER = 65_534;
const COUNT = "SELECT count(*) AS count FROM token";
const IS_ROOT = process.getuid?.() === 0;
if (!IS_ROOT) process.stderr.write("skipped, as nobody else can be: root that reads another user's store\n");

/** A store of another user's that was in use when its machine broke down; all of its files are that user's. */
class Foreign extends PublicDirectory {
  readonly copy = new DataDirectory(join(this.path, "copy"));
  readonly victim = join(this.path, "victim");

  constructor() {
    super();
    makeStore(this.directory);
    mkdirSync(this.copy.path, { mode: 0o755 });
    chmodSync(this.copy.path, 0o755);
    using working = openDatabase(this.directory);
    working.run("DELETE FROM audit_event");
    for (const end of ["", "-wal"]) copyFileSync(this.directory.database + end, this.copy.database + end);
    for (const path of [this.copy.path, this.copy.database, `${this.copy.database}-wal`])
      chownSync(path, USER, USER);
    writeFileSync(this.victim, "of root's", { mode: 0o600 });
  }

  /** As where a link to any file can be made, unless told otherwise. */
  count(areLinksProtected = false): unknown {
    using database = openForeignReader(this.copy.database, () => areLinksProtected);
    return row(database, COUNT);
  }

  /** Leaves the copy as a server does that was stopped. */
  close(): void {
    openDatabase(this.copy).close();
    for (const path of [this.copy.path, this.copy.database]) chownSync(path, USER, USER);
  }
}

describe.skipIf(!IS_ROOT)("root that reads another user's store", () => {
  const foreign = useEach(() => new Foreign());

  test("reads it with its last changes, and is root afterwards", () => {
    expect(foreign.count()).toEqual({ count: 200 });
    expect({ uid: process.geteuid?.(), gid: process.getegid?.() }).toEqual({ uid: 0, gid: 0 });
    expect(lstatSync(foreign.copy.database).uid).toBe(USER);
  });

  test("writes nothing as root, also where a link looks as if it were the store's own", () => {
    const { database } = foreign.copy;
    chownSync(database, 0, 0);
    chmodSync(database, 0o644);
    linkSync(foreign.victim, `${database}-shm`);
    expect(() => foreign.count()).toThrow();
    expect(lstatSync(foreign.victim)).toMatchObject({ uid: 0, size: 9 });
    expect(process.geteuid?.()).toBe(0);
  });

  test.each(["-wal", "-shm", "-journal"])("refuses a link to another user's file at %s", (end) => {
    const path = foreign.copy.database + end;
    rmSync(path, { force: true });
    linkSync(foreign.victim, path);
    expect(unusable(() => foreign.count())).toStartWith(`${path} is a second name (a hard link) of a file`);
    expect(lstatSync(foreign.victim)).toMatchObject({ uid: 0, size: 9 });
  });

  test("reads a store whose files have second names of its owner's, as a snapshot of hard links has", () => {
    linkSync(`${foreign.copy.database}-wal`, `${foreign.copy.database}-wal.snapshot`);
    expect(foreign.count()).toEqual({ count: 200 });
  });

  test("never uses its own rights where the owner closed the way", () => {
    const { path, database } = foreign.copy;
    chmodSync(path, 0o000);
    const says = (closed: string) =>
      `${path} belongs to another user (id ${USER}), and the store there is read with the rights of that user. ` +
      `That user may not enter ${closed}. Run "chmod u+x ${closed}", then try again.`;
    expect(unusable(() => foreign.count(true))).toBe(says(path));
    expect(existsSync(`${database}-shm`)).toBe(false);
    expect(process.geteuid?.()).toBe(0);
    chmodSync(path, 0o755);
    chmodSync(foreign.path, 0o000);
    chownSync(foreign.path, USER, USER);
    expect(unusable(() => foreign.count(true))).toBe(says(foreign.path));
    expect(existsSync(`${database}-shm`)).toBe(false);
  });

  test("uses its own rights where root closed the way, and nobody can link a file of root's", () => {
    chmodSync(foreign.path, 0o700);
    expect(unusable(() => foreign.count(false))).toEndWith(
      `That user may not enter ${foreign.path}. Run "chmod o+x ${foreign.path}", then try again.`,
    );
    expect(existsSync(`${foreign.copy.database}-shm`)).toBe(false);
    expect(foreign.count(true)).toEqual({ count: 200 });
  });

  test.each([
    ["-journal", ""],
    ["-journal", "\0".repeat(512)],
    ["-wal", ""],
  ])("reads a closed store with a %s file %p beside it, unless that may hold a change", (end, content) => {
    foreign.close();
    const path = foreign.copy.database + end;
    writeFileSync(path, content);
    const count = () => inspectDatabase(foreign.copy, (database) => row(database, COUNT));
    if (content === "") expect(count()).toEqual({ count: 200 });
    else
      expect(unusable(count)).toBe(
        `${path} may hold a part of a change that was cut off, and reading alone cannot take that back. ` +
          "Nothing was changed. Start a server with this store once, then try again.",
      );
    if (end === "-journal") expect(readFileSync(path, "utf8")).toBe(content);
  });
});

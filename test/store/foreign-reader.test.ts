import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DataDirectory } from "../../src/store/data-directory.ts";
import { openDatabase } from "../../src/store/database.ts";
import { openForeignReader } from "../../src/store/foreign-reader.ts";
import { makeStore, PublicDirectory } from "../support/data-directory.ts";
import { unusable } from "../support/unusable.ts";

const USER = 65_534;
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

  count(): unknown {
    using database = openForeignReader(this.copy.database);
    return database.query("SELECT count(*) AS count FROM token").get();
  }
}

describe.skipIf(!IS_ROOT)("root that reads another user's store", () => {
  test("reads it with its last changes, and is root afterwards", () => {
    using foreign = new Foreign();
    expect(foreign.count()).toEqual({ count: 200 });
    expect({ uid: process.geteuid?.(), gid: process.getegid?.() }).toEqual({ uid: 0, gid: 0 });
    expect(lstatSync(foreign.copy.database).uid).toBe(USER);
  });

  test("writes nothing as root, also where a link looks as if it were the store's own", () => {
    using foreign = new Foreign();
    const { database } = foreign.copy;
    chownSync(database, 0, 0);
    chmodSync(database, 0o644);
    linkSync(foreign.victim, `${database}-shm`);
    expect(() => foreign.count()).toThrow();
    expect(lstatSync(foreign.victim)).toMatchObject({ uid: 0, size: 9 });
    expect(process.geteuid?.()).toBe(0);
  });

  test.each(["-wal", "-shm", "-journal"])("refuses a link to another user's file at %s", (end) => {
    using foreign = new Foreign();
    const path = foreign.copy.database + end;
    rmSync(path, { force: true });
    linkSync(foreign.victim, path);
    expect(unusable(() => foreign.count())).toStartWith(`${path} is a second name (a hard link) of a file`);
    expect(lstatSync(foreign.victim)).toMatchObject({ uid: 0, size: 9 });
  });

  test("reads a store whose files have second names of its owner's, as a snapshot of hard links has", () => {
    using foreign = new Foreign();
    linkSync(`${foreign.copy.database}-wal`, `${foreign.copy.database}-wal.snapshot`);
    expect(foreign.count()).toEqual({ count: 200 });
  });
});

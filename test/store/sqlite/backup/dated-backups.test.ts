import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { keepNewest } from "../../../../src/store/sqlite/backup/dated-backups.ts";
import { makeStore, PublicDirectory } from "../../../support/store/data-directory.ts";

const ADD_EVENT =
  "INSERT INTO audit_event (id, at, action, target, changes) VALUES ('aevt_1', 1, 'api-token.create', 'atok_1', '{}')";

const NOW = new Date("2026-11-26T12:00:00Z");

/** A directory with backups of one store of these days of November 2026. */
class Backups extends PublicDirectory {
  readonly #folder: string;

  constructor(...days: readonly number[]) {
    super();
    makeStore(this.directory);
    this.#folder = join(this.path, "backups");
    mkdirSync(this.#folder);
    for (const day of days) copyFileSync(this.directory.database, this.of(day));
  }

  of(day: number): string {
    return join(this.#folder, `publisher-2026-11-${day}T10-00-00Z.db`);
  }

  get days(): readonly number[] {
    return readdirSync(this.#folder)
      .map((name) => Number(name.slice(18, 20)))
      .sort();
  }

  change(day: number, sql: string): void {
    using database = new Database(this.of(day));
    database.run(sql);
  }

  /** The result of `keepNewest`, by the days of November. */
  keep(made: number, count: number): unknown {
    const { removed, ahead, passedOver } = keepNewest(this.of(made), count, NOW);
    const dayOf = (path: string) => Number(basename(path).slice(18, 20));
    const passed = passedOver.map(({ path, text }) => `${dayOf(path)} ${text}`);
    return {
      removed: removed.map(dayOf),
      ahead: ahead.map(dayOf),
      ...(passed.length === 0 ? {} : { passed }),
    };
  }
}

test("only the newest dated backups stay", () => {
  using backups = new Backups(20, 21, 22, 26);
  expect(backups.keep(26, 2)).toEqual({ removed: [20, 21], ahead: [] });
  expect(backups.days).toEqual([22, 26]);
});

test("a backup with a date in the future is told, and the one made just now stays", () => {
  using backups = new Backups(24, 25, 26, 28);
  expect(backups.keep(26, 2)).toEqual({ removed: [24], ahead: [28] });
  expect(backups.keep(26, 1)).toEqual({ removed: [25], ahead: [28] });
  expect(backups.days).toEqual([26, 28]);
});

test("of several that are made at the same time, each leaves the later ones", () => {
  using backups = new Backups(23, 24, 25, 26);
  expect(backups.keep(24, 1)).toEqual({ removed: [23], ahead: [] });
  expect(backups.keep(25, 1)).toEqual({ removed: [24], ahead: [] });
  expect(backups.keep(26, 1)).toEqual({ removed: [25], ahead: [] });
  expect(backups.days).toEqual([26]);
});

test("what is no regular file is left and not counted, and a pipe is not waited for", () => {
  using backups = new Backups(20, 26);
  mkdirSync(backups.of(21));
  symlinkSync("/nowhere", backups.of(22));
  symlinkSync(backups.directory.database, backups.of(23));
  Bun.spawnSync(["mkfifo", backups.of(24)]);
  const passed = [21, 22, 23, 24].map((day) => `${day} is no backup of Publisher's`);
  expect(backups.keep(26, 1)).toEqual({ removed: [20], ahead: [], passed });
  expect(backups.days).toEqual([21, 22, 23, 24, 26]);
});

test("nothing is removed where the backup itself has gone meanwhile", () => {
  using backups = new Backups(20, 21, 26);
  rmSync(backups.of(26));
  expect(backups.keep(26, 1)).toEqual({ removed: [], ahead: [] });
});

test("backups that are no earlier state of the store are told, and neither counted nor removed", () => {
  using backups = new Backups(20, 21, 22, 23, 24, 26);
  backups.change(21, "UPDATE cursor_key SET key = randomblob(32)");
  backups.change(22, ADD_EVENT);
  writeFileSync(backups.of(23), readFileSync(backups.of(23)).fill(1, 1000));
  writeFileSync(backups.of(24), "");
  expect(backups.keep(26, 1)).toEqual({
    removed: [20],
    ahead: [],
    passed: [
      "21 is a backup of another store",
      "22 has changes that this store does not have",
      expect.stringMatching(/^23 cannot be read \(.+\)$/),
      "24 is no backup of Publisher's",
    ],
  });
  expect(backups.days).toEqual([21, 22, 23, 24, 26]);
});

test("a later backup that another process made meanwhile is not told", () => {
  using backups = new Backups(24, 25);
  backups.change(25, ADD_EVENT);
  expect(backups.keep(24, 1)).toEqual({ removed: [], ahead: [] });
});

import { expect, test } from "bun:test";
import { copyFileSync, mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { keepNewest } from "../../src/store/dated-backups.ts";
import { makeStore, PublicDirectory } from "../support/data-directory.ts";

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

  /** What `keepNewest` says of the days of November. */
  keep(made: number, count: number): unknown {
    const { removed, ahead } = keepNewest(this.of(made), count, NOW);
    const dayOf = (path: string) => Number(basename(path).slice(18, 20));
    return { removed: removed.map(dayOf), ahead: ahead.map(dayOf) };
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
  expect(backups.keep(26, 1)).toEqual({ removed: [20], ahead: [] });
  expect(backups.days).toEqual([21, 22, 23, 24, 26]);
});

test("nothing is removed where the backup itself has gone meanwhile", () => {
  using backups = new Backups(20, 21, 26);
  rmSync(backups.of(26));
  expect(backups.keep(26, 1)).toEqual({ removed: [], ahead: [] });
});

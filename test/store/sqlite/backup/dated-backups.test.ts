import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { keepNewest } from "../../../../src/store/sqlite/backup/dated-backups.ts";
import { makeStore } from "../../../support/store/data-directory.ts";
import { useDirectory } from "../../../support/store/use.ts";

const ADD_EVENT =
  "INSERT INTO audit_event (id, at, action, target, changes) VALUES ('aevt_1', 1, 'api-token.create', 'atok_1', '{}')";

const NOW = new Date("2026-11-26T12:00:00Z");

const directory = useDirectory();

const pathOf = (day: number) => join(directory.path, `backups/publisher-2026-11-${day}T10-00-00Z.db`);
const dayOf = (path: string) => Number(basename(path).slice(18, 20));

/** Makes backups of one store of these days of November 2026. */
function makeBackups(...days: readonly number[]): void {
  makeStore(directory);
  mkdirSync(join(directory.path, "backups"));
  for (const day of days) copyFileSync(directory.database, pathOf(day));
}

/** The days of the backups that are there. */
const daysLeft = () => readdirSync(join(directory.path, "backups")).map(dayOf).sort();

function change(day: number, sql: string): void {
  using database = new Database(pathOf(day));
  database.run(sql);
}

/** The result of `keepNewest`, by the days. */
function keep(made: number, count: number): unknown {
  const { removed, ahead, passedOver } = keepNewest(pathOf(made), count, NOW);
  const passed = passedOver.map(({ path, text }) => `${dayOf(path)} ${text}`);
  const result = { removed: removed.map(dayOf), ahead: ahead.map(dayOf) };
  return passed.length === 0 ? result : { ...result, passed };
}

test("only the newest dated backups stay", () => {
  makeBackups(20, 21, 22, 26);
  expect(keep(26, 2)).toEqual({ removed: [20, 21], ahead: [] });
  expect(daysLeft()).toEqual([22, 26]);
});

test("a backup with a date in the future is told, and the one made just now stays", () => {
  makeBackups(24, 25, 26, 28);
  expect(keep(26, 2)).toEqual({ removed: [24], ahead: [28] });
  expect(keep(26, 1)).toEqual({ removed: [25], ahead: [28] });
  expect(daysLeft()).toEqual([26, 28]);
});

test("of several that are made at the same time, each leaves the later ones", () => {
  makeBackups(23, 24, 25, 26);
  expect(keep(24, 1)).toEqual({ removed: [23], ahead: [] });
  expect(keep(25, 1)).toEqual({ removed: [24], ahead: [] });
  expect(keep(26, 1)).toEqual({ removed: [25], ahead: [] });
  expect(daysLeft()).toEqual([26]);
});

test("a file that is not regular stays and is not counted, and a pipe is not waited for", () => {
  makeBackups(20, 26);
  mkdirSync(pathOf(21));
  symlinkSync("/nowhere", pathOf(22));
  symlinkSync(directory.database, pathOf(23));
  Bun.spawnSync(["mkfifo", pathOf(24)]);
  const passed = [21, 22, 23, 24].map((day) => `${day} is no backup of Publisher's`);
  expect(keep(26, 1)).toEqual({ removed: [20], ahead: [], passed });
  expect(daysLeft()).toEqual([21, 22, 23, 24, 26]);
});

test("nothing is removed where the backup itself has gone meanwhile", () => {
  makeBackups(20, 21);
  expect(keep(26, 1)).toEqual({ removed: [], ahead: [] });
});

test("backups that are no earlier state of the store are told, and neither counted nor removed", () => {
  makeBackups(20, 21, 22, 23, 24, 26);
  change(21, "UPDATE cursor_key SET key = randomblob(32)");
  change(22, ADD_EVENT);
  writeFileSync(pathOf(23), readFileSync(pathOf(23)).fill(1, 1000));
  writeFileSync(pathOf(24), "");
  expect(keep(26, 1)).toEqual({
    removed: [20],
    ahead: [],
    passed: [
      "21 is a backup of another store",
      "22 has changes that this store does not have",
      expect.stringMatching(/^23 cannot be read \(.+\)$/),
      "24 is no backup of Publisher's",
    ],
  });
  expect(daysLeft()).toEqual([21, 22, 23, 24, 26]);
});

test("a later backup that another process made meanwhile is not told", () => {
  makeBackups(24, 25);
  change(25, ADD_EVENT);
  expect(keep(24, 1)).toEqual({ removed: [], ahead: [] });
});

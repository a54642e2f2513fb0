import { beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, chownSync, readdirSync, statSync } from "node:fs";
import { accessWarnings, refuseOwnersForRoot } from "../../../../src/store/sqlite/owner/file-owners.ts";
import { makeStore } from "../../../support/store/data-directory.ts";
import { unusable } from "../../../support/store/unusable.ts";
import { useDirectory } from "../../../support/store/use.ts";

const NOBODY = 65_534;
const IS_ROOT = process.getuid?.() === 0;

const directory = useDirectory();

beforeEach(() => makeStore(directory));

describe.skipIf(process.platform === "win32")("who serves a store is warned", () => {
  test("of a group that may write to the directory, and of nothing where only this user may", () => {
    expect(accessWarnings(directory)).toEqual([]);
    chmodSync(directory.path, 0o2770);
    expect(accessWarnings(directory)).toEqual([
      `The group ${statSync(directory.path).gid} may write to the data directory ${directory.path} (mode 2770), ` +
        "and so change the store",
    ]);
  });

  test("of files that stayed open to others", () => {
    chmodSync(directory.database, 0o660);
    expect(accessWarnings(directory)).toEqual([
      "Other users may open files of the store, and this user cannot close them: publisher.db (mode 660) " +
        `in ${directory.path}`,
    ]);
    chmodSync(directory.path, 0o700);
    expect(accessWarnings(directory)).toEqual([]);
  });

  test.skipIf(!IS_ROOT)("of another user's directory", () => {
    chownSync(directory.path, NOBODY, NOBODY);
    expect(accessWarnings(directory)).toEqual([
      `The data directory ${directory.path} belongs to another user (id ${NOBODY}), who can change the store`,
    ]);
  });
});

test.skipIf(!IS_ROOT)("root serves a store where the file system gives every file to one user", () => {
  for (const path of [directory.path, directory.database]) chownSync(path, NOBODY, NOBODY);
  refuseOwnersForRoot(directory, () => NOBODY);
  chownSync(directory.database, NOBODY - 1, NOBODY);
  expect(unusable(() => refuseOwnersForRoot(directory, () => NOBODY))).toStartWith(
    `${directory.database} belongs to another user (id ${NOBODY - 1}), `,
  );
});

describe.skipIf(!IS_ROOT)("root serves no store", () => {
  const sentence = (path: string, directory: string) =>
    `${path} belongs to another user (id ${NOBODY}), who could change the store while root serves it. ` +
    `Run Publisher as that user, or give the directory to root: chown -R root ${directory}.`;

  test("in another user's directory", () => {
    refuseOwnersForRoot(directory);
    chownSync(directory.path, NOBODY, NOBODY);
    for (const mode of [0o700, 0o755]) {
      chmodSync(directory.path, mode);
      expect(unusable(() => refuseOwnersForRoot(directory))).toBe(sentence(directory.path, directory.path));
    }
    expect(readdirSync(directory.path)).toEqual(["publisher.db"]);
  });

  test("of which another user can reach a file of its own", () => {
    chownSync(directory.database, NOBODY, NOBODY);
    expect(unusable(() => refuseOwnersForRoot(directory))).toBe(sentence(directory.database, directory.path));
    chmodSync(directory.path, 0o700);
    refuseOwnersForRoot(directory);
  });
});

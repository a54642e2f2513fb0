import { realpathSync, type Stats, statSync } from "node:fs";
import { dirname, sep } from "node:path";
import { DataDirectory } from "../../store/sqlite/file/data-directory.ts";
import { closedDirectoryOn } from "../../store/sqlite/owner/closed-directory.ts";
import { takeRightsOf } from "../../store/sqlite/owner/rights.ts";
import { reasonOf } from "../../system-errors.ts";
import { CommandFailure } from "../../terminal/command-failure.ts";
import { runWithWayTo } from "./mount-namespace.ts";

const ROOT = 0;

/** The owner of a data directory, other than root. */
export interface Owner {
  /** The data directory, without links in its path. */
  readonly path: string;
  /** Its state at the first look. */
  readonly found: Stats;
}

/**
 * Turns root's process into the owner of the data directory, for good. A link that the owner puts there at the right
 * moment would lead root to any file. New files then belong to the owner too. Throws CommandFailure if it cannot.
 */
export function becomeOwner(dataDir: string): void {
  const owner = otherOwner(new DataDirectory(dataDir));
  if (owner === null) return;
  enterPath(owner);
  become(owner);
}

/** The owner of a directory; null if it is root or unknown, or this process is not root's. */
export function otherOwner(directory: DataDirectory): Owner | null {
  if (process.getuid?.() !== ROOT) return null;
  try {
    const path = realpathSync(directory.path);
    const found = statSync(path);
    return found.uid === ROOT || !found.isDirectory() ? null : { path, found };
  } catch {
    // The code that uses the directory reports its faults.
    return null;
  }
}

/**
 * Makes sure that the owner can enter the directory. systemd has it in /var/lib/private, which only root may enter: the
 * command then runs once more with a way there, and this process ends with its exit code.
 */
export function enterPath(owner: Owner): void {
  const closed = closedTo(owner);
  if (closed === undefined) return;
  const exitCode = runWithWayTo(owner.path, closed);
  if (exitCode !== null) process.exit(exitCode);
  throw new CommandFailure(
    `${owner.path} belongs to another user (id ${owner.found.uid}), who may not enter ${closed}. ` +
      `Run the command as that user, in a place where the user may enter, or let others enter: chmod o+x ${closed}.`,
  );
}

/**
 * The same for a command that also writes `file` as root. It goes on without a way if none is possible, or if `file`
 * were out of sight there.
 */
export function enterPathBeside(owner: Owner, file: string): void {
  const closed = closedOrUnknown(owner);
  if (closed === undefined || isInside(realpathSync(dirname(file)), closed)) return;
  const exitCode = runWithWayTo(owner.path, closed);
  if (exitCode !== null) process.exit(exitCode);
}

/** The first directory of the path that the owner may not enter. */
function closedTo(owner: Owner): string | undefined {
  return asOwner(owner, () => closedDirectoryOn(owner.path));
}

/** The same; undefined too if this process may not become the owner. */
function closedOrUnknown(owner: Owner): string | undefined {
  try {
    return closedTo(owner);
  } catch (error) {
    if (error instanceof CommandFailure) return undefined;
    throw error;
  }
}

function isInside(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}${sep}`);
}

/** Becomes the owner. Call it before you open a file of the directory. */
export function become(owner: Owner): void {
  const { path, found } = owner;
  changing(owner, () => {
    process.setgroups?.([]);
    process.setgid?.(found.gid);
    process.setuid?.(found.uid);
  });
  const now = statSync(path, { throwIfNoEntry: false });
  if (now?.dev !== found.dev || now.ino !== found.ino || now.uid !== found.uid)
    throw new CommandFailure(`${path} was replaced just now. Nothing was changed. Run the command again.`);
}

/** Runs `work` with the rights of the owner, and is root again afterwards. */
export function asOwner<T>(owner: Owner, work: () => T): T {
  const giveBack = changing(owner, () => takeRightsOf(owner.found));
  try {
    return work();
  } finally {
    giveBack();
  }
}

function changing<T>({ path, found }: Owner, change: () => T): T {
  try {
    return change();
  } catch (error) {
    throw new CommandFailure(
      `${path} belongs to another user (id ${found.uid}), and this process may not become that user: ` +
        `${reasonOf(error)}. Run the command as that user.`,
      { cause: error },
    );
  }
}

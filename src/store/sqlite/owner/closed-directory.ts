import { statSync } from "node:fs";
import { sep } from "node:path";

/**
 * The first directory on an absolute path without links, `path` included, that this process may not enter; undefined
 * where it may enter all of them.
 */
export function closedDirectoryOn(path: string): string | undefined {
  return directoriesOf(path).find((directory) => !isEnterable(directory));
}

function directoriesOf(path: string): readonly string[] {
  const names = path.split(sep).filter((name) => name !== "");
  return [sep, ...names.map((_, index) => sep + names.slice(0, index + 1).join(sep))];
}

/** Checks the effective user. `accessSync` checks the real one. */
function isEnterable(path: string): boolean {
  try {
    statSync(`${path}${sep}.`);
    return true;
  } catch {
    return false;
  }
}

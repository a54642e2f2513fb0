import { statSync } from "node:fs";
import { sep } from "node:path";

/**
 * The first directory that this process may not enter, on the way from the root directory to `path` and with `path` itself.
 * `path` is absolute and without links.
 */
export function firstClosed(path: string): string | undefined {
  return wayTo(path).find((directory) => !isEnterable(directory));
}

function wayTo(path: string): readonly string[] {
  const names = path.split(sep).filter((name) => name !== "");
  return [sep, ...names.map((_, index) => sep + names.slice(0, index + 1).join(sep))];
}

/** By the rights in effect: `accessSync` asks for those of the real user. */
function isEnterable(path: string): boolean {
  try {
    statSync(`${path}${sep}.`);
    return true;
  } catch {
    return false;
  }
}

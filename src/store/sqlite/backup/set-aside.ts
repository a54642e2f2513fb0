import { existsSync, linkSync, renameSync } from "node:fs";

/** A file that got another name before a new one takes its place. */
export interface SetAside {
  /** The new path. */
  readonly path: string;
  /** The reason why it was not replaced, for the end of a sentence about it. */
  readonly fault: string;
}

/**
 * Gives a file a second name `….damaged`, or a free one such as `….damaged-2`, so that it survives a failure of the next
 * step. Renames it where there are no hard links. Throws an error of the file system.
 */
export function setAside(path: string, fault: string, link = linkSync): SetAside {
  let name = `${path}.damaged`;
  for (let count = 2; !takesName(path, name, link); count += 1) name = `${path}.damaged-${count}`;
  return { path: name, fault };
}

/** False where something has that name. */
function takesName(path: string, name: string, link: typeof linkSync): boolean {
  if (existsSync(name)) return false;
  try {
    link(path, name);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    renameSync(path, name);
  }
  return true;
}

import { fstatSync, type Stats, statSync } from "node:fs";

/** The files of an open store. Remembers the device and inode that each path had at the opening. */
export class OpenedFiles {
  readonly #identities: ReadonlyMap<string, string | null>;

  constructor(paths: readonly string[]) {
    this.#identities = new Map(paths.map((path) => [path, identityOf(path)]));
  }

  /**
   * The path of a file that was removed or replaced since, or that this user may not look at any more; null if there is
   * none. Other processes open the new file: they do not see the changes of this process, nor this process theirs.
   */
  get replaced(): string | null {
    for (const [path, identity] of this.#identities) if (identityOf(path) !== identity) return path;
    return null;
  }

  /** Whether there was a file at this path. */
  has(path: string): boolean {
    return (this.#identities.get(path) ?? null) !== null;
  }

  /** Whether the descriptor is of the file that was at this path. */
  holds(path: string, descriptor: number): boolean {
    return this.#identities.get(path) === identity(fstatSync(descriptor));
  }
}

/** The device and inode of a file; null where there is no file; the error where it cannot be looked at. */
export function identityOf(path: string): string | null {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found === undefined ? null : identity(found);
  } catch (error) {
    return String(error);
  }
}

function identity({ dev, ino }: Stats): string {
  return `${dev}:${ino}`;
}

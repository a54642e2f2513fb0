import { lstatSync, statSync, unlinkSync } from "node:fs";
import { dirname } from "node:path";
import { reasonOf } from "../../system-errors.ts";
import { CommandFailure } from "../../terminal/command-failure.ts";

/** How long a program may take to answer before it is taken for one that has no time. */
const ANSWER_LIMIT_MS = 1000;

/** Everybody may write. */
const WRITABLE_FOR_OTHERS = 0o002;

/**
 * Makes room for a new socket: removes one that a killed server of this user left behind, on which nobody listens any
 * more. Throws a CommandFailure where anything else has that path; a file that is no socket is never removed.
 */
export async function removeStaleSocket(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new CommandFailure(
      `${path} is there already and is no socket. Choose another path with --listen, or move it away.`,
    );
  }
  if (found.uid !== process.getuid?.()) {
    throw new CommandFailure(
      `${path} is the socket of another user. Choose another path with --listen, or remove it as that user.`,
    );
  }
  if (await isListenedOn(path)) throw new CommandFailure(inUse(path));
  // Another server may have started meanwhile, and put its own socket there.
  if (lstatSync(path, { throwIfNoEntry: false })?.ino === found.ino) unlinkSync(path);
}

/**
 * Whether a program listens there, also one that has no time to answer. Bun's own `connect` takes such a one for gone:
 * for every reason it says that the connection was refused.
 */
async function isListenedOn(path: string): Promise<boolean> {
  try {
    await fetch("http://localhost/healthz", {
      unix: path,
      method: "HEAD",
      redirect: "manual",
      signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
    });
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ECONNREFUSED");
  }
}

/** Says why a server cannot listen on a Unix socket, and how to mend it. */
export function socketErrorMessage(path: string, error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : "";
  const directory = dirname(path);
  switch (code) {
    case "EADDRINUSE":
      return inUse(path);
    case "ENOENT":
    case "ENOTDIR":
      return `There is no directory ${directory} for the socket. Make it, or choose another path with --listen.`;
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return `The socket ${path} cannot be made: this user may not write to ${directory}. Give it the right to, or choose another path with --listen.`;
    default:
      return `Publisher cannot listen on ${path}: ${reasonOf(error)}.`;
  }
}

function inUse(path: string): string {
  return `Another program listens on ${path}. Stop that one, or choose another path with --listen.`;
}

/**
 * The warning about a socket in a directory that others may write to; null for a safe one. A directory such as /tmp
 * stops others from removing the socket, but not from making one while Publisher is down.
 */
export function sharedDirectoryWarning(path: string): string | null {
  const directory = dirname(path);
  const { mode, uid } = statSync(directory);
  const isAnothers = uid !== 0 && uid !== process.getuid?.();
  if (isAnothers)
    return `${directory} belongs to another user, who can put a socket there that says yes to everything: use a directory that belongs to this user`;
  if ((mode & WRITABLE_FOR_OTHERS) === 0) return null;
  return `Anybody may write to ${directory}, and so put a socket there while Publisher is down, which says yes to everything: use a directory that only this user may write to`;
}

import { readlinkSync } from "node:fs";
import { ownCommand } from "../../server/self-command.ts";

const EXIT_FAILURE = 1;

/** Mounts made in it are seen by the program alone that runs in it: unshare(1). */
const IN_NAMESPACE = ["unshare", "--mount", "--propagation", "private", "--"];

/**
 * Puts an empty directory, which everybody may enter, over `closed`, and in it the directory of `path` alone, in its
 * usual place: so does systemd for a service. Then runs the rest of the words.
 */
const SCRIPT = `
umask 022
path=$1 closed=$2
shift 2
exec 9<"$path"
mount -n -t tmpfs -o mode=755,size=1m publisher "$closed"
mkdir -p "$path"
mount -n --no-canonicalize --bind /proc/self/fd/9 "$path"
exec 9<&-
exec "$@"`;

/**
 * Runs the command of this process once more, where everybody may enter the directories above `path`, of which
 * `closed` is the first that is closed. Gives its exit code; null where the system does not let this process do that,
 * or it was done already.
 */
export function runWithWayTo(path: string, closed: string): number | null {
  if (isInNamespace() || !mayMount()) return null;
  const own = ownCommand(process.argv.slice(2));
  const command = [...IN_NAMESPACE, "sh", "-ec", SCRIPT, "sh", path, closed, ...own];
  return Bun.spawnSync(command, { stdio: ["inherit", "inherit", "inherit"] }).exitCode ?? EXIT_FAILURE;
}

/** Whether the process that started this one sees other mounts. */
function isInNamespace(): boolean {
  return namespaceOf("self") !== namespaceOf(String(process.ppid));
}

function namespaceOf(process: string): string | null {
  try {
    return readlinkSync(`/proc/${process}/ns/mnt`);
  } catch {
    return null;
  }
}

function mayMount(): boolean {
  try {
    return Bun.spawnSync([...IN_NAMESPACE, "true"], { stdio: ["ignore", "ignore", "ignore"] }).success;
  } catch {
    return false;
  }
}

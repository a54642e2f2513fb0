import { readlinkSync } from "node:fs";
import { ownCommand } from "../../server/self-command.ts";

const EXIT_FAILURE = 1;

/** Only the program inside sees its mounts: unshare(1). */
const IN_NAMESPACE = ["unshare", "--mount", "--propagation", "private", "--"];

/**
 * Mounts an empty directory that everybody may enter over `closed`, and in it the directory of `path` alone, in its
 * usual place, as systemd does for a service. Then runs the rest of the words.
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
 * Runs the command of this process once more with all directories above `path` open; `closed` is the first that is
 * closed. Returns its exit code, or null if the system forbids it or it was done already.
 */
export function runWithWayTo(path: string, closed: string): number | null {
  if (isInNamespace() || !mayMount()) return null;
  const own = ownCommand(process.argv.slice(2));
  const command = [...IN_NAMESPACE, "sh", "-ec", SCRIPT, "sh", path, closed, ...own];
  return Bun.spawnSync(command, { stdio: ["inherit", "inherit", "inherit"] }).exitCode ?? EXIT_FAILURE;
}

/** True if the parent process has other mounts. */
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

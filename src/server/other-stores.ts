import { realpathSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { DEFAULT_DATA_DIR } from "../settings/data-directory-setting.ts";
import { DataDirectory } from "../store/sqlite/file/data-directory.ts";
import { namesIn, targetOf, textOf } from "./proc-files.ts";

/** Where a store often is: the default, and systemd's StateDirectory=publisher, with DynamicUser= too. */
const USUAL_PLACES = [DEFAULT_DATA_DIR, "/var/lib/publisher", "/var/lib/private/publisher"];

/** The most that are named. */
const NAMED_MAX = 3;

/**
 * The data directories other than this one that a person may have meant, three at most: usual ones, and those of running
 * servers of this user or of root. Another user could otherwise lead root to a directory of that user.
 */
export function otherStores(directory: DataDirectory, usualPlaces = USUAL_PLACES): readonly string[] {
  const places = [...usualPlaces.map((place) => resolve(place)), ...openStores()];
  const real = new Set(places.filter(mayHoldStore).map(realPath));
  real.delete(realPath(directory.path));
  return [...real].slice(0, NAMED_MAX);
}

/** Whether there is a store, or something that this user may not look into. */
function mayHoldStore(path: string): boolean {
  try {
    return new DataDirectory(path).holdsStore();
  } catch {
    return true;
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** The data directories that processes of this executable have open, as far as this user may see them; only on Linux. */
function openStores(): readonly string[] {
  const program = basename(process.execPath);
  return namesIn("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .sort((one, other) => Number(other) - Number(one))
    .filter((pid) => basename(targetOf(`/proc/${pid}/exe`)) === program && isTrusted(pid))
    .flatMap((pid) => namesIn(`/proc/${pid}/fd`).map((fd) => targetOf(`/proc/${pid}/fd/${fd}`)))
    .filter((path) => path === new DataDirectory(dirname(path)).database)
    .map(dirname);
}

/**
 * Whether a process is this user's or root's alone. The owner of its files below /proc does not show that: a process can give
 * these to root. https://man7.org/linux/man-pages/man5/proc_pid.5.html
 */
function isTrusted(pid: string): boolean {
  const [, ids = ""] = /^Uid:\s+(.+)$/m.exec(textOf(`/proc/${pid}/status`)) ?? [];
  const trusted = ["0", String(process.getuid?.())];
  return ids !== "" && ids.split(/\s+/).every((id) => trusted.includes(id));
}

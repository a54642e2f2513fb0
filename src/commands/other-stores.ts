import { readdirSync, readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { DEFAULTS } from "../config.ts";
import { DataDirectory } from "../store/data-directory.ts";

/** Where a store often is: the default, and systemd's StateDirectory=publisher, with DynamicUser= too. */
const USUAL_PLACES = [DEFAULTS.dataDir, "/var/lib/publisher", "/var/lib/private/publisher"];

/** The data directories other than this one that a person may have meant: usual ones, and those of running servers. */
export function otherStores(directory: DataDirectory, usualPlaces = USUAL_PLACES): readonly string[] {
  const places = [...usualPlaces.map((place) => resolve(place)), ...openStores()];
  const real = new Set(places.filter(mayHoldStore).map(realPath));
  real.delete(realPath(directory.path));
  return [...real];
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

/** The data directories that processes of this executable have open, as far as this user may see it; Linux alone tells. */
function openStores(): readonly string[] {
  const program = basename(process.execPath);
  return namesIn("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => basename(target(`/proc/${pid}/exe`)) === program)
    .flatMap((pid) => namesIn(`/proc/${pid}/fd`).map((fd) => target(`/proc/${pid}/fd/${fd}`)))
    .filter((path) => path === new DataDirectory(dirname(path)).database)
    .map(dirname);
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function target(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return "";
  }
}

import { closeSync, fstatSync, openSync, rmSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { type Files, octal, present } from "../file/file-safety.ts";
import { StoreUnusable } from "../store-unusable.ts";

const ROOT = 0;
/** Others may enter a directory. */
const ENTERABLE = 0o011;
const WRITABLE_FOR_GROUP = 0o020;

/**
 * Throws StoreUnusable where root would serve files that another user can change: that user could then let anybody in.
 * Root's commands become the owner of such a directory; a server should run as its owner.
 */
export function refuseOwnersForRoot({ path, files }: Files, ownerOfNew = ownerOfNewFiles): void {
  if (process.getuid?.() !== ROOT) return;
  const { uid, mode } = statSync(path);
  const reachable = (mode & ENTERABLE) === 0 ? [] : present(files);
  const owned = [[path, uid] as const, ...reachable.map(([file, found]) => [file, found.uid] as const)];
  const others = owned.filter(([, owner]) => owner !== ROOT);
  if (others.length === 0) return;
  const own = ownerOfNew(path);
  const [other] = others.filter(([, owner]) => owner !== own);
  if (other === undefined) return;
  throw new StoreUnusable(
    `${other[0]} belongs to another user (id ${other[1]}), who could change the store while root serves it. ` +
      `Run Publisher as that user, or give the directory to root: chown -R root ${path}.`,
  );
}

/** On a share or a foreign file system all files can belong to one user. */
function ownerOfNewFiles(path: string): number {
  const probe = join(path, `.publisher-${process.pid}`);
  try {
    const file = openSync(probe, "wx", 0o600);
    try {
      return fstatSync(file).uid;
    } finally {
      closeSync(file);
      rmSync(probe);
    }
  } catch {
    return ROOT;
  }
}

/** Sentences, without full stops, about other users who can read or change the store. Root always can. */
export function accessWarnings(directory: Files): readonly string[] {
  const user = process.getuid?.();
  if (user === undefined) return [];
  const { path } = directory;
  const { uid, gid, mode } = statSync(path);
  const warnings: string[] = [];
  if (uid !== user && uid !== ROOT)
    warnings.push(`The data directory ${path} belongs to another user (id ${uid}), who can change the store`);
  if ((mode & WRITABLE_FOR_GROUP) !== 0)
    warnings.push(
      `The group ${gid} may write to the data directory ${path} (mode ${octal(mode)}), and so change the store`,
    );
  const open = (mode & ENTERABLE) === 0 ? [] : openFiles(directory);
  if (open.length > 0)
    warnings.push(
      `Other users may open files of the store, and this user cannot close them: ${open.join(", ")} in ${path}`,
    );
  return warnings;
}

function openFiles({ files }: Files): readonly string[] {
  return present(files)
    .filter(([, { mode }]) => (mode & 0o077) !== 0)
    .map(([path, { mode }]) => `${basename(path)} (mode ${octal(mode)})`);
}

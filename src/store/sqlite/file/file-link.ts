import { constants, copyFileSync, linkSync } from "node:fs";
import { syncFile } from "./file-bytes.ts";

/** Errors of file systems without hard links, and of systems that forbid them to this process. */
const NO_LINKS = ["EPERM", "EACCES", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EXDEV", "EINVAL"];

export function hasNoLinks(error: unknown): boolean {
  return error instanceof Error && "code" in error && NO_LINKS.includes(String(error.code));
}

/** Links a file, or copies it where the file system has no hard links. The copy is on disk when this returns. */
export function linkOrCopy(from: string, to: string, link = linkSync): void {
  try {
    link(from, to);
  } catch (error) {
    if (!hasNoLinks(error)) throw error;
    copyFileSync(from, to, constants.COPYFILE_EXCL);
    syncFile(to);
  }
}

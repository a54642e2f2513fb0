const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "there is no space left",
  EEXIST: "there is a file of that name",
  EISDIR: "it is a directory",
  ENOTDIR: "a part of the path is a file",
  ENOENT: "it does not exist",
  EIO: "the disk fails",
  EPIPE: "its reader has left",
  ENAMETOOLONG: "the name is too long",
  ELOOP: "its symbolic links lead in a circle",
  EDQUOT: "the quota is used up",
  EBADF: "it is not open for writing",
  SQLITE_FULL: "there is no space left",
  SQLITE_IOERR_SHMSIZE: "there is no space left",
};

/** The meaning of an error of the operating system, for the end of a sentence. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? String(error.code) : "";
  return REASONS[code] ?? error.message;
}

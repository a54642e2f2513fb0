import { timingSafeEqual } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { digestOf, isSecret } from "../../../tokens/secret/secret.ts";
import type { Token } from "../../../tokens/token.ts";
import type { StoredSecret } from "../../../tokens/token-store.ts";
import { syncDirectory } from "./data-directory.ts";
import { writeNewFile } from "./file-bytes.ts";

/** The file with the secret of a new store's first token. It stays until that token is revoked or replaced. */
export class FirstTokenFile {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Writes the secret into a file for the owner alone; on disk when this returns. */
  write(secret: string): void {
    const draft = `${this.path}.new`;
    rmSync(draft, { force: true });
    writeNewFile(draft, Buffer.from(`${secret}\n`));
    renameSync(draft, this.path);
    syncDirectory(dirname(this.path));
  }

  /** The digest of the secret in the file; null if there is none, or it is no regular file. */
  digest(): Uint8Array | null {
    try {
      const secret = textOf(this.path).trim();
      return isSecret(secret) ? digestOf(secret) : null;
    } catch {
      return null;
    }
  }

  /** Deletes the file if its token is revoked, replaced or not in the store. */
  tidy(find: (digest: Uint8Array) => StoredSecret | null): void {
    const digest = this.digest();
    if (digest === null) return;
    const stored = find(digest);
    if (stored === null || isDoneWith(stored.token)) this.remove();
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }

  holds(digest: Uint8Array): boolean {
    const held = this.digest();
    return held !== null && timingSafeEqual(held, digest);
  }
}

/** The first token is done with once it is revoked or replaced. */
export function isDoneWith({ revokedAt, replacedBy }: Token): boolean {
  return revokedAt !== null || replacedBy !== null;
}

/** Without these flags, opening a pipe waits for ever for a program that writes to it, and a link leads elsewhere. */
const READ_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

function textOf(path: string): string {
  const file = openSync(path, READ_FLAGS);
  try {
    return fstatSync(file).isFile() ? readFileSync(file, "utf8") : "";
  } finally {
    closeSync(file);
  }
}

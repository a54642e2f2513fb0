import type { PageFile } from "../http/page-file.ts";

/** Files of pages as a browser gets them, not compressed. */
export interface Bundled {
  readonly files: readonly PageFile[];
  /** The files that they were made of, among them those of packages. */
  readonly inputs: readonly string[];
}

const DIGEST_CHARACTERS = 22;

/** A file as a browser gets it, not compressed. */
export function pageFile(
  path: string,
  mediaType: string,
  isHashed: boolean,
  content: Uint8Array<ArrayBuffer>,
): PageFile {
  const digest = new Bun.CryptoHasher("sha256").update(content).digest("base64url");
  return {
    path,
    mediaType,
    isHashed,
    digest: digest.slice(0, DIGEST_CHARACTERS),
    contents: { identity: content },
  };
}

import type { PageFile } from "../http/page-file.ts";

/** Files for a browser, not compressed. */
export interface Bundled {
  readonly files: readonly PageFile[];
  /** Their sources, also those of packages. */
  readonly inputs: readonly string[];
}

const DIGEST_CHARACTERS = 22;

/** A file for a browser, not compressed. */
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

import { promisify } from "node:util";
import { brotliDecompress, gzip } from "node:zlib";
import type { PageFile, PageFiles } from "../http/page-file.ts";

/** A file of a page in an executable, in the smallest encoding. */
export interface EmbeddedFile extends Omit<PageFile, "contents"> {
  readonly encoding: "br" | "identity";
  /** The path of the content in the executable. */
  readonly content: string;
}

/** The files in an executable, each read at its first request. */
export class EmbeddedFiles implements PageFiles {
  readonly #embedded: ReadonlyMap<string, EmbeddedFile>;
  readonly #read = new Map<string, Promise<PageFile>>();

  constructor(files: readonly EmbeddedFile[]) {
    this.#embedded = new Map(files.map((file) => [file.path, file]));
  }

  async find(path: string): Promise<PageFile | null> {
    const embedded = this.#embedded.get(path);
    if (embedded === undefined) return null;
    const read = this.#read.get(path) ?? readFile(embedded);
    this.#read.set(path, read);
    return await read;
  }
}

async function readFile({ encoding, content, ...file }: EmbeddedFile): Promise<PageFile> {
  const embedded = await Bun.file(content).bytes();
  return { ...file, contents: encoding === "br" ? await unpacked(embedded) : { identity: embedded } };
}

/**
 * The content in every encoding, from the one by brotli. The others are several times as large, so an executable does
 * not have them. Both run on other threads than the one that answers.
 */
export async function unpacked(br: Uint8Array<ArrayBuffer>): Promise<PageFile["contents"]> {
  const identity = new Uint8Array(await promisify(brotliDecompress)(br));
  const zipped = new Uint8Array(await promisify(gzip)(identity, { level: 9 }));
  return { identity, br, ...(zipped.byteLength < identity.byteLength ? { gzip: zipped } : {}) };
}

import type { PageFile, PageFiles } from "../http/page-file.ts";

/** A file of a page in an executable: for each encoding its path. */
export interface EmbeddedFile extends Omit<PageFile, "contents"> {
  readonly contents: Readonly<Partial<Record<keyof PageFile["contents"], string>>> & {
    readonly identity: string;
  };
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

async function readFile({ contents, ...file }: EmbeddedFile): Promise<PageFile> {
  const { identity, ...others } = contents;
  const compressed = Object.entries(others).map(
    async ([encoding, path]) => [encoding, await bytes(path)] as const,
  );
  return {
    ...file,
    contents: { identity: await bytes(identity), ...Object.fromEntries(await Promise.all(compressed)) },
  };
}

async function bytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  return await Bun.file(path).bytes();
}

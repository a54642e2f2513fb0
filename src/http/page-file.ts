/** Every form that a file may be sent in, the one that is wanted most first. */
export const ENCODINGS = ["br", "gzip", "identity"] as const;

export type Encoding = (typeof ENCODINGS)[number];

/** A file that a browser loads as part of a page. */
export interface PageFile {
  readonly path: string;
  readonly mediaType: string;
  /** Whether the path changes with the content, so that a browser may keep it for ever. */
  readonly isHashed: boolean;
  /** Tells this content from every other; without characters that an ETag may not have. */
  readonly digest: string;
  readonly contents: Readonly<Partial<Record<Encoding, Uint8Array<ArrayBuffer>>>> & {
    readonly identity: Uint8Array<ArrayBuffer>;
  };
}

/** Where the files of the pages come from. */
export interface PageFiles {
  find(path: string): Promise<PageFile | null>;
}

/** The path under which a page's own files lie. */
export const ASSETS = "/assets/";

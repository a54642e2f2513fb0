/** Every content coding of a file, in order of preference. */
export const ENCODINGS = ["br", "gzip", "identity"] as const;

export type Encoding = (typeof ENCODINGS)[number];

/** A file that a browser loads as part of a page. */
export interface PageFile {
  readonly path: string;
  readonly mediaType: string;
  /** True if the path changes with the content, so that a browser may cache the file for ever. */
  readonly isHashed: boolean;
  /** A name for this content alone, in characters that an ETag may have. */
  readonly digest: string;
  readonly contents: Readonly<Partial<Record<Encoding, Uint8Array<ArrayBuffer>>>> & {
    readonly identity: Uint8Array<ArrayBuffer>;
  };
}

/** The source of the files of the pages. */
export interface PageFiles {
  find(path: string): Promise<PageFile | null>;
}

/** The start of the paths of a page's scripts, styles and pictures. */
export const ASSETS = "/assets/";

/** The OpenAPI document. It is served like a file of a page, and runs nothing. */
export const OPENAPI_PATH = "/swagger/json";

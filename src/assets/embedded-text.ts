import { brotliDecompressSync } from "node:zlib";

/** Reads a compressed text of the executable. */
export async function embeddedText(path: string): Promise<string> {
  return new TextDecoder().decode(brotliDecompressSync(await Bun.file(path).bytes()));
}

import { brotliDecompressSync } from "node:zlib";

/** Text that lies in an executable, compressed. */
export async function embeddedText(path: string): Promise<string> {
  return new TextDecoder().decode(brotliDecompressSync(await Bun.file(path).bytes()));
}

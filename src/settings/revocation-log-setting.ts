import { relative, resolve } from "node:path";

const EXPECTED = { expected: "the path of a file outside the data directory, as both could be lost at once" };

/** Reads where the revocation log is to be: an absolute path, or what ends the sentence "NAME must be …". */
export function revocationLogReader(dataDir: string): (text: string) => string | typeof EXPECTED {
  return (text) => {
    const isInside = !relative(dataDir, text).startsWith("..");
    return text === "" || text.includes("\0") || isInside ? EXPECTED : resolve(text);
  };
}

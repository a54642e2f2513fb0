import { join } from "node:path";
import type { PageFile } from "../http/page-file.ts";
import { smallerBrotli } from "./bundle.ts";

const CLASS = join(import.meta.dir, "./embedded-files.ts");

/**
 * Embeds files into the executable, in place of the module that bundles them from the sources. Writes them to
 * `directory`, which must stay until the executable is compiled.
 */
export async function embedding(files: readonly PageFile[], directory: string): Promise<Bun.BunPlugin> {
  const imports: string[] = [];
  const embed = async (content: Uint8Array): Promise<string> => {
    const path = join(directory, `${imports.length}.bin`);
    imports.push(`import file${imports.length} from ${JSON.stringify(path)} with { type: "file" };`);
    const variable = `file${imports.length - 1}`;
    await Bun.write(path, content);
    return variable;
  };
  const entries: string[] = [];
  for (const { contents, ...file } of files) {
    const br = smallerBrotli(contents.identity);
    const embedded = { ...file, encoding: br === null ? "identity" : "br" };
    entries.push(`{ ...${JSON.stringify(embedded)}, content: ${await embed(br ?? contents.identity)} }`);
  }
  const module = [
    `import { EmbeddedFiles } from ${JSON.stringify(CLASS)};`,
    ...imports,
    `export const PAGE_FILES = new EmbeddedFiles([${entries.join(", ")}]);`,
  ].join("\n");
  return {
    name: "embedded-files",
    setup: (build) => {
      build.onLoad({ filter: /[\\/]src[\\/]assets[\\/]page-files\.ts$/ }, () => ({
        contents: module,
        loader: "ts",
      }));
    },
  };
}

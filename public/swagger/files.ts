import { dirname, extname, join } from "node:path";
import { ASSETS } from "../../src/http/page-file.ts";
import type { Bundled } from "../bundle.ts";
import { pageFile } from "../page-file.ts";

const OWN = import.meta.dir;
const PACKAGE = dirname(Bun.resolveSync("swagger-ui-dist/package.json", OWN));

const SCRIPT = "text/javascript;charset=utf-8";
const STYLES = "text/css;charset=utf-8";

/** What the page names, by these names. */
const NAMED = [
  { directory: OWN, name: "icon.svg", mediaType: "image/svg+xml" },
  { directory: OWN, name: "start.js", mediaType: SCRIPT },
  { directory: OWN, name: "theme.css", mediaType: STYLES },
  { directory: PACKAGE, name: "swagger-ui-bundle.js", mediaType: SCRIPT },
  { directory: PACKAGE, name: "swagger-ui.css", mediaType: STYLES },
];

const SOURCE_MAP = /\/\*# sourceMappingURL=\S+ *\*\/\s*$/;

/** The files of the Swagger page. Swagger UI is taken as its package has it, but for the map of its styles. */
export async function swaggerFiles(): Promise<Bundled> {
  const named = await Promise.all(
    NAMED.map(async ({ directory, name, mediaType }) => {
      const text = (await read(directory, name)).replace(SOURCE_MAP, "");
      return { name, file: hashed(name, mediaType, text) };
    }),
  );
  const page = named.reduce(
    (html, { name, file }) => html.replaceAll(`"${name}"`, `"${file.path}"`),
    await read(OWN, "index.html"),
  );
  return {
    files: [
      pageFile("/swagger", "text/html;charset=utf-8", false, encoded(page)),
      ...named.map(({ file }) => file),
    ],
    inputs: NAMED.map(({ directory, name }) => join(directory, name)),
  };
}

function hashed(name: string, mediaType: string, text: string) {
  const content = encoded(text);
  const hash = Bun.hash(content).toString(36);
  const extension = extname(name);
  const path = `${ASSETS}${name.slice(0, -extension.length)}-${hash}${extension}`;
  return pageFile(path, mediaType, true, content);
}

async function read(directory: string, name: string): Promise<string> {
  return await Bun.file(join(directory, name)).text();
}

function encoded(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

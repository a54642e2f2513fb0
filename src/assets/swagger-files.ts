import { dirname, extname, join } from "node:path";
import { outline } from "../../public/swagger/outline.ts";
import { openapiDocument } from "../http/openapi/document.ts";
import { ASSETS, OPENAPI_PATH } from "../http/page-file.ts";
import { type Bundled, pageFile } from "./page-file.ts";

const OWN = join(import.meta.dir, "../../public/swagger");
const PACKAGE = dirname(Bun.resolveSync("swagger-ui-dist/package.json", OWN));

const SCRIPT = "text/javascript;charset=utf-8";
const STYLES = "text/css;charset=utf-8";

/** A text of the page, and its sources. */
interface Made {
  readonly text: string;
  readonly inputs: readonly string[];
}

/** The files that the page names, by these names. */
const NAMED = [
  { name: "icon.svg", mediaType: "image/svg+xml", make: () => read(OWN, "icon.svg") },
  { name: "start.js", mediaType: SCRIPT, make: startScript },
  { name: "theme.css", mediaType: STYLES, make: () => read(OWN, "theme.css") },
  { name: "swagger-ui-bundle.js", mediaType: SCRIPT, make: () => read(PACKAGE, "swagger-ui-bundle.js") },
  { name: "swagger-ui.css", mediaType: STYLES, make: () => read(PACKAGE, "swagger-ui.css") },
];

const SOURCE_MAP = /\/\*# sourceMappingURL=\S+ *\*\/\s*$/;

/** The files of the Swagger page. Swagger UI is the unchanged file of its package, without the map of its styles. */
export async function swaggerFiles(): Promise<Bundled> {
  const named = await Promise.all(
    NAMED.map(async ({ name, mediaType, make }) => {
      const { text, inputs } = await make();
      return { name, file: hashed(name, mediaType, text.replace(SOURCE_MAP, "")), inputs };
    }),
  );
  const document = await openapiDocument();
  const { text } = await read(OWN, "index.html");
  const html = text.replace("<!-- outline -->", () => outline(document));
  const page = named.reduce(
    (made, { name, file }) => made.replaceAll(`"${name}"`, `"${relative(file.path)}"`),
    html,
  );
  return {
    files: [
      pageFile("/swagger", "text/html;charset=utf-8", false, encoded(page)),
      pageFile(OPENAPI_PATH, "application/json", false, encoded(JSON.stringify(document))),
      ...named.map(({ file }) => file),
    ],
    inputs: named.flatMap(({ inputs }) => inputs),
  };
}

async function startScript(): Promise<Made> {
  const { outputs, metafile } = await Bun.build({
    entrypoints: [join(OWN, "start.ts")],
    target: "browser",
    format: "iife",
    minify: true,
    metafile: true,
  });
  const text = (await Promise.all(outputs.map((output) => output.text()))).join("");
  return { text, inputs: Object.keys(metafile?.inputs ?? {}) };
}

function hashed(name: string, mediaType: string, text: string) {
  const content = encoded(text);
  const hash = Bun.hash(content).toString(36);
  const extension = extname(name);
  const path = `${ASSETS}${name.slice(0, -extension.length)}-${hash}${extension}`;
  return pageFile(path, mediaType, true, content);
}

/** From the page at `/swagger`, so that the address holds below the path prefix of a proxy. */
function relative(path: string): string {
  return path.replace(/^\//, "");
}

async function read(directory: string, name: string): Promise<Made> {
  const path = join(directory, name);
  return { text: await Bun.file(path).text(), inputs: [path] };
}

function encoded(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

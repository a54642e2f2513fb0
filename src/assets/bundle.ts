import { basename, join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { packagesOf } from "../../licenses/packages.ts";
import { packagesText } from "../../licenses/text.ts";
import { ASSETS, type PageFile } from "../http/page-file.ts";
import { type Bundled, pageFile } from "./page-file.ts";
import { swaggerFiles } from "./swagger-files.ts";

/** The files of every page, and the licences of their packages. Throws an AggregateError for a fault. */
export async function bundlePages(): Promise<Bundled> {
  const [admin, swagger] = await Promise.all([adminFiles(), swaggerFiles()]);
  const inputs = [...admin.inputs, ...swagger.inputs];
  return { files: [...admin.files, ...swagger.files, await licensesFile(inputs)], inputs };
}

async function licensesFile(inputs: readonly string[]): Promise<PageFile> {
  const text = packagesText(await packagesOf(inputs));
  return pageFile(`${ASSETS}licenses.txt`, "text/plain;charset=utf-8", false, new TextEncoder().encode(text));
}

async function adminFiles(): Promise<Bundled> {
  const { outputs, metafile } = await Bun.build({
    entrypoints: [join(import.meta.dir, "../../public/admin/index.html")],
    minify: true,
    // Relative, so that the page works below a path prefix of a proxy.
    publicPath: "./",
    naming: {
      chunk: `${ASSETS.slice(1)}[name]-[hash].[ext]`,
      asset: `${ASSETS.slice(1)}[name]-[hash].[ext]`,
    },
    define: { "process.env.NODE_ENV": '"production"' },
    metafile: true,
  });
  const files = await Promise.all(
    outputs.map(async (output) => built(output, new Uint8Array(await output.arrayBuffer()))),
  );
  return { files, inputs: Object.keys(metafile?.inputs ?? {}) };
}

/** Above this size, the best compression saves a tenth and costs seconds of every build. */
const LARGE_BYTES = 500_000;

/** The content compressed by brotli; null where that is no smaller. */
export function smallerBrotli(content: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | null {
  const quality = content.byteLength > LARGE_BYTES ? 9 : 11;
  const compressed = brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } });
  return compressed.byteLength < content.byteLength ? new Uint8Array(compressed) : null;
}

function built({ path, type }: Bun.BuildArtifact, content: Uint8Array<ArrayBuffer>): PageFile {
  const isHashed = !path.endsWith(".html");
  return pageFile(isHashed ? ASSETS + basename(path) : "/", type, isHashed, content);
}

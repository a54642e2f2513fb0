import { basename, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { ASSETS, type PageFile } from "../src/http/page-file.ts";
import { licenseFiles } from "./licenses.ts";
import { pageFile } from "./page-file.ts";
import { swaggerFiles } from "./swagger/files.ts";

/** The files of every page as a browser gets them, not compressed. Throws an AggregateError if one has a fault. */
export async function bundledFiles(): Promise<readonly PageFile[]> {
  return [...(await adminFiles()), ...(await licenseFiles()), ...(await swaggerFiles())];
}

async function adminFiles(): Promise<readonly PageFile[]> {
  const { outputs } = await Bun.build({
    entrypoints: [join(import.meta.dir, "admin/index.html")],
    minify: true,
    publicPath: "/",
    naming: {
      chunk: `${ASSETS.slice(1)}[name]-[hash].[ext]`,
      asset: `${ASSETS.slice(1)}[name]-[hash].[ext]`,
    },
    define: { "process.env.NODE_ENV": '"production"' },
  });
  return await Promise.all(
    outputs.map(async (output) => built(output, new Uint8Array(await output.arrayBuffer()))),
  );
}

/** From here on the last tenth that could be saved costs seconds of every build. */
const LARGE_BYTES = 500_000;

/** The same file with every encoding that makes it smaller. */
export function compressed(file: PageFile): PageFile {
  const { identity } = file.contents;
  const quality = identity.byteLength > LARGE_BYTES ? 9 : 11;
  const brotli = brotliCompressSync(identity, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } });
  const gzip = gzipSync(identity, { level: 9 });
  const isSmaller = ({ byteLength }: Uint8Array) => byteLength < identity.byteLength;
  return {
    ...file,
    contents: {
      identity,
      ...(isSmaller(brotli) ? { br: new Uint8Array(brotli) } : {}),
      ...(isSmaller(gzip) ? { gzip: new Uint8Array(gzip) } : {}),
    },
  };
}

function built({ path, type }: Bun.BuildArtifact, content: Uint8Array<ArrayBuffer>): PageFile {
  const isHashed = !path.endsWith(".html");
  return pageFile(isHashed ? ASSETS + basename(path) : "/", type, isHashed, content);
}

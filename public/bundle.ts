import { basename, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { ASSETS, type PageFile } from "../src/http/page-file.ts";

const DIGEST_CHARACTERS = 22;

/** The files of every page as a browser gets them, not compressed. Throws an AggregateError if one has a fault. */
export async function bundledFiles(): Promise<readonly PageFile[]> {
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
    outputs.map(async (output) => pageFile(output, new Uint8Array(await output.arrayBuffer()))),
  );
}

/** The same file with every encoding that makes it smaller. */
export function compressed(file: PageFile): PageFile {
  const { identity } = file.contents;
  const brotli = brotliCompressSync(identity, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
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

function pageFile({ path, type }: Bun.BuildArtifact, content: Uint8Array<ArrayBuffer>): PageFile {
  const isHashed = !path.endsWith(".html");
  const digest = new Bun.CryptoHasher("sha256").update(content).digest("base64url");
  return {
    path: isHashed ? ASSETS + basename(path) : "/",
    mediaType: type,
    isHashed,
    digest: digest.slice(0, DIGEST_CHARACTERS),
    contents: { identity: content },
  };
}

import { join, resolve } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { type Package, packagesOf } from "./packages.ts";
import { executableText } from "./text.ts";

const SOURCES = resolve(import.meta.dir, "../src");

/** The licences of an executable: the packages they are of, and what `publisher licenses` prints. */
export interface Licenses {
  readonly packages: readonly Package[];
  readonly text: string;
}

/** What an executable must come with that has files of these and all that `src/main.ts` needs. */
export async function executableLicenses(pageInputs: readonly string[]): Promise<Licenses> {
  const packages = await packagesOf([...pageInputs, ...(await programInputs())]);
  return { packages, text: await executableText(packages) };
}

/** Every file that the bundler takes into the program, but for the two modules that build.ts replaces. */
async function programInputs(): Promise<readonly string[]> {
  const { metafile } = await Bun.build({
    entrypoints: [join(SOURCES, "main.ts")],
    target: "bun",
    metafile: true,
    plugins: [
      replacing(/[\\/]src[\\/](?:page-files|licenses)\.ts$/, "export const PAGE_FILES = 0, licenses = 0;"),
    ],
  });
  return Object.keys(metafile?.inputs ?? {});
}

/** Puts the text into the executable, compressed, in the place of the module that makes it from the sources. */
export async function embeddedLicenses(text: string, directory: string): Promise<Bun.BunPlugin> {
  const path = join(directory, "licenses.br");
  await Bun.write(path, brotliCompressSync(text));
  const module = [
    `import { embeddedText } from ${JSON.stringify(join(SOURCES, "embedded-text.ts"))};`,
    `import path from ${JSON.stringify(path)} with { type: "file" };`,
    "export const licenses = () => embeddedText(path);",
  ].join("\n");
  return replacing(/[\\/]src[\\/]licenses\.ts$/, module);
}

function replacing(filter: RegExp, contents: string): Bun.BunPlugin {
  return {
    name: "licenses",
    setup: (build) => {
      build.onLoad({ filter }, () => ({ contents, loader: "ts" }));
    },
  };
}

/** Throws if something of a package is in the executable that the licences say nothing of. */
export async function requireLicenses(inputs: readonly string[], { packages }: Licenses): Promise<void> {
  const known = new Set(packages.map(({ name, version }) => `${name} ${version}`));
  for (const { name, version } of await packagesOf(inputs))
    if (!known.has(`${name} ${version}`))
      throw new Error(`${name} ${version} is bundled without its licence`);
}

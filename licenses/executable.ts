import { join, resolve } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { type Package, packagesOf } from "./packages.ts";
import { executableText } from "./text.ts";

const SOURCES = resolve(import.meta.dir, "../src");

/** Elysia loads this package to check uploaded files. Publisher takes none. */
export const LEFT_OUT = ["file-type"];

/** The packages in an executable, and the text that `publisher licenses` prints. */
export interface Licenses {
  readonly packages: readonly Package[];
  readonly text: string;
}

/** The licences for an executable made of `src/main.ts`, of all that it imports, and of the pages' inputs. */
export async function executableLicenses(pageInputs: readonly string[]): Promise<Licenses> {
  const packages = await packagesOf([...pageInputs, ...(await programInputs())]);
  return { packages, text: await executableText(packages) };
}

/** Every file that the bundler takes into the program, except for the two modules that build.ts replaces. */
async function programInputs(): Promise<readonly string[]> {
  const { metafile } = await Bun.build({
    entrypoints: [join(SOURCES, "main.ts")],
    target: "bun",
    external: LEFT_OUT,
    metafile: true,
    plugins: [
      replacing(
        /[\\/]src[\\/]assets[\\/](?:page-files|licenses)\.ts$/,
        "export const PAGE_FILES = 0, licenses = 0;",
      ),
    ],
  });
  return Object.keys(metafile?.inputs ?? {});
}

/** Puts the text into the executable, compressed, in the place of the module that makes it from the sources. */
export async function embeddedLicenses(text: string, directory: string): Promise<Bun.BunPlugin> {
  const path = join(directory, "licenses.br");
  await Bun.write(path, brotliCompressSync(text));
  const module = [
    `import { embeddedText } from ${JSON.stringify(join(SOURCES, "assets/embedded-text.ts"))};`,
    `import path from ${JSON.stringify(path)} with { type: "file" };`,
    "export const licenses = () => embeddedText(path);",
  ].join("\n");
  return replacing(/[\\/]src[\\/]assets[\\/]licenses\.ts$/, module);
}

function replacing(filter: RegExp, contents: string): Bun.BunPlugin {
  return {
    name: "licenses",
    setup: (build) => {
      build.onLoad({ filter }, () => ({ contents, loader: "ts" }));
    },
  };
}

/** Throws if the executable has a file of a package that is not among the licences. */
export async function requireLicenses(inputs: readonly string[], { packages }: Licenses): Promise<void> {
  const known = new Set(packages.map(({ name, version }) => `${name} ${version}`));
  for (const { name, version } of await packagesOf(inputs))
    if (!known.has(`${name} ${version}`))
      throw new Error(`${name} ${version} is bundled without its licence`);
}

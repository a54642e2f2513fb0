import { existsSync, readdirSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";

const ROOT = resolve(import.meta.dir, "..");

/** A package with files in a bundle. */
export interface Package {
  readonly name: string;
  readonly version: string;
  /** The short name of its licence, from its package.json. https://spdx.org/licenses/ */
  readonly license: string;
  readonly texts: readonly LicenseText[];
}

interface LicenseText {
  /** The file with the text, relative to the package. */
  readonly file: string;
  readonly text: string;
}

const PACKAGE = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/;
const LICENSE_FILE = /^(?:licen[cs]e|copying|copyright|notice)/i;
const NOTICE_COMMENT = /\/\*(?:[^*]|\*(?!\/))*?(?:@license|copyright)(?:[^*]|\*(?!\/))*\*\//gi;

/**
 * The packages of the files, sorted by name. Publisher's own files belong to none. Throws for any other file outside of
 * a package, and for a package without the text of its licence.
 */
export async function packagesOf(files: readonly string[]): Promise<readonly Package[]> {
  const inputs = new Map<string, string[]>();
  for (const file of files) {
    const path = resolve(file);
    const directory = PACKAGE.exec(path)?.[0];
    if (directory !== undefined) inputs.set(directory, [...(inputs.get(directory) ?? []), path]);
    else if (!path.startsWith(ROOT + sep)) throw new Error(`${path} is bundled, and is from no package`);
  }
  const packages = await Promise.all([...inputs].map(([directory, paths]) => packageIn(directory, paths)));
  return packages.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function packageIn(directory: string, inputs: readonly string[]): Promise<Package> {
  const { name, version, license } = await Bun.file(join(directory, "package.json")).json();
  const own = readdirSync(directory).filter((file) => LICENSE_FILE.test(file));
  if (typeof license !== "string" || own.length === 0)
    throw new Error(`${name} ${version} has no file with its licence in ${directory}`);
  // A package that is a bundle itself has the notices of the bundled packages in a file beside.
  const beside = inputs.map((input) => `${input}.LICENSE.txt`).filter((path) => existsSync(path));
  const files = [...own.sort().map((file) => join(directory, file)), ...beside];
  const texts = await Promise.all(
    files.map(async (path) => ({ file: relative(directory, path), text: await Bun.file(path).text() })),
  );
  return { name, version, license, texts: [...texts, ...(await noticesInside(directory, inputs))] };
}

/** The licence comments in single files of a package, and the names of packages that were bundled into them. */
async function noticesInside(directory: string, inputs: readonly string[]): Promise<readonly LicenseText[]> {
  const found = [...inputs].sort().map(async (path) => {
    const notices = (await Bun.file(path).text()).match(NOTICE_COMMENT) ?? [];
    const inside = await packagesInside(path);
    const names = inside.length === 0 ? [] : [`Made of these packages: ${inside.join(", ")}.`];
    return { file: relative(directory, path), text: [...names, ...notices].join("\n\n") };
  });
  return (await Promise.all(found)).filter(({ text }) => text !== "");
}

/** The names of the packages that were bundled into a file, from its source map. */
async function packagesInside(path: string): Promise<readonly string[]> {
  const map = Bun.file(`${path}.map`);
  if (!(await map.exists())) return [];
  const { sources } = await map.json();
  const names = sources.flatMap(
    (source: string) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? [],
  );
  return [...new Set<string>(names)].sort();
}

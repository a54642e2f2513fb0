import { join } from "node:path";
import manifest from "../package.json" with { type: "json" };
import type { Package } from "./packages.ts";

const RULE = "=".repeat(80);

/** For each package its name, version and licence, and its licence texts. */
export function packagesText(packages: readonly Package[]): string {
  return packages
    .map(({ name, version, license, texts }) =>
      section(
        `${name} ${version} (${license})`,
        texts
          .map(({ file, text }) => (texts.length === 1 ? text : `[${file}]\n\n${text.trim()}`))
          .join("\n\n"),
      ),
    )
    .join("\n");
}

/** The licences of Publisher, of Bun, and of the packages in the executable. */
export async function executableText(packages: readonly Package[]): Promise<string> {
  const list = packages.map(({ name, version, license }) => `  ${name} ${version} (${license})`);
  return [
    `Publisher ${manifest.version} (${manifest.license}) is in this executable, and with it:`,
    "",
    `  Bun ${Bun.version} (MIT), the runtime, with libraries under other licences (JavaScriptCore: LGPL-2)`,
    ...list,
    "",
    section(`Publisher ${manifest.version} (${manifest.license})`, await read("../LICENSE")),
    section(`Bun ${Bun.version} (MIT)`, (await read("bun.mdx")).replace(/^---\n[\s\S]*?\n---\n/, "")),
    section("LGPL-2, the licence of JavaScriptCore in Bun", await read("LGPL-2.txt")),
    section("LGPL-2.1, the licence of TinyCC in Bun", await read("LGPL-2.1.txt")),
    packagesText(packages),
  ].join("\n");
}

function section(heading: string, text: string): string {
  return `${RULE}\n${heading}\n${RULE}\n\n${text.trim().replaceAll("\r\n", "\n")}\n`;
}

async function read(name: string): Promise<string> {
  return await Bun.file(join(import.meta.dir, name)).text();
}

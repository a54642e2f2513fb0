import { ASSETS, type PageFile, type PageFiles } from "../http/page-file.ts";

/**
 * The files of the pages. From the sources, each request of a page bundles them anew, so that a change in `public/`
 * shows on reload. In the executable, build.ts replaces this module by one with the bundled and compressed files.
 */
class SourceFiles implements PageFiles {
  #bundled: Promise<readonly PageFile[]> | null = null;

  async find(path: string): Promise<PageFile | null> {
    if (this.#bundled === null || !path.startsWith(ASSETS)) this.#bundled = bundle();
    return (await this.#bundled).find((file) => file.path === path) ?? null;
  }
}

async function bundle(): Promise<readonly PageFile[]> {
  const { bundlePages } = await import("./bundle.ts");
  return (await bundlePages()).files;
}

export const PAGE_FILES: PageFiles = new SourceFiles();

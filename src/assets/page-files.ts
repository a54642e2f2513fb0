import { ASSETS, type PageFile, type PageFiles } from "../http/page-file.ts";

/**
 * The files of the pages. Run from the sources, they are bundled anew whenever a page is asked for, so that a
 * change in `public/` shows on reload. In an executable this module is not there: build.ts puts one in its place
 * that gives the files it bundled and compressed.
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

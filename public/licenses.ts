import { dirname, join } from "node:path";
import { ASSETS, type PageFile } from "../src/http/page-file.ts";
import { pageFile } from "./page-file.ts";

/** What the admin page has in it of others; the notice of @preact/signals is also that of @preact/signals-core. */
const BUNDLED = ["preact", "@preact/signals"];

/** The notices that are to go with every copy of what the admin page is built from. */
export async function licenseFiles(): Promise<readonly PageFile[]> {
  return await Promise.all(
    BUNDLED.map(async (name) => {
      const entry = Bun.resolveSync(name, import.meta.dir);
      const text = await Bun.file(join(dirname(entry), "../LICENSE")).bytes();
      const path = `${ASSETS}${name.replace(/\W+/g, "-").replace(/^-/, "")}/LICENSE`;
      return pageFile(path, "text/plain;charset=utf-8", false, text);
    }),
  );
}

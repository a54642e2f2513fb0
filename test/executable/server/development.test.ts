import { expect, test } from "bun:test";
import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { RunningServer } from "../../support/executable/executable.ts";
import { TemporaryDirectory } from "../../support/temporary.ts";

const PROJECT = resolve(import.meta.dir, "../../..");

/** The style sheet that the page at an address loads. */
async function styleOf(url: string): Promise<string> {
  const html = await (await fetch(url)).text();
  const path = /href="([^"]+\.css)"/.exec(html)?.[1] ?? "";
  return await (await fetch(new URL(path, url))).text();
}

test("run from the sources, a change in public/ shows on reload", async () => {
  using directory = new TemporaryDirectory();
  const cwd = directory.path;
  for (const name of ["src", "public", "licenses", "package.json", "tsconfig.json"])
    cpSync(join(PROJECT, name), join(cwd, name), { recursive: true });
  symlinkSync(join(PROJECT, "node_modules"), join(cwd, "node_modules"));
  const fromSources = { under: [process.execPath], executable: "src/main.ts" };
  await using server = await RunningServer.start({ cwd, ...fromSources });
  const style = join(cwd, "public/admin/style/base.css");
  expect(await styleOf(server.url)).not.toContain(".changed");
  writeFileSync(style, `${readFileSync(style, "utf8")}\n.changed { color: rebeccapurple; }\n`);
  expect(await styleOf(server.url)).toContain(".changed");
});

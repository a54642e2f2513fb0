import { expect, test } from "bun:test";
import { join, resolve } from "node:path";
import { Glob } from "bun";

const DOCS = resolve(import.meta.dir, "../../docs");

/** The page that prints each file of docs/deploy. */
const PRINTED: Readonly<Record<string, string>> = {
  Caddyfile: "tls.md",
  "nginx.conf": "tls.md",
};

for (const [file, page] of Object.entries(PRINTED)) {
  test(`docs/${page} prints deploy/${file} as it is`, async () => {
    const text = await Bun.file(join(DOCS, "deploy", file)).text();
    expect(await Bun.file(join(DOCS, page)).text()).toContain(`\n${text}\`\`\`\n`);
  });
}

test("every file of docs/deploy is printed by a page", async () => {
  const files = await Array.fromAsync(new Glob("*").scan({ cwd: join(DOCS, "deploy") }));
  expect(files.sort()).toEqual(Object.keys(PRINTED).sort());
});

import { expect, test } from "bun:test";
import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { PATIENCE_MS } from "../../support/patience.ts";
import { TemporaryDirectory } from "../../support/temporary.ts";

const PROJECT = resolve(import.meta.dir, "../../..");
test("run from the sources, a change in public/ shows on reload", async () => {
  using directory = new TemporaryDirectory();
  for (const name of ["src", "public", "licenses", "package.json", "tsconfig.json"]) {
    cpSync(join(PROJECT, name), join(directory.path, name), { recursive: true });
  }
  symlinkSync(join(PROJECT, "node_modules"), join(directory.path, "node_modules"));
  const server = Bun.spawn([process.execPath, "src/main.ts", "serve", "--port", "0"], {
    cwd: directory.path,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "ignore",
    timeout: PATIENCE_MS,
  });
  try {
    const url = await addressFrom(server.stdout);
    const before = await styleOf(url);
    const style = join(directory.path, "public/admin/style/base.css");
    writeFileSync(style, `${readFileSync(style, "utf8")}\n.changed { color: rebeccapurple; }\n`);
    const after = await styleOf(url);
    expect(before).not.toContain(".changed");
    expect(after).toContain(".changed");
  } finally {
    server.kill("SIGTERM");
    await server.exited;
  }
});

async function addressFrom(stdout: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let printed = "";
  for await (const chunk of stdout) {
    printed += decoder.decode(chunk, { stream: true });
    const address = /Admin page +(http\S+)/.exec(printed)?.[1];
    if (address !== undefined) return address;
  }
  throw new Error(`the server did not start: ${printed}`);
}

/** The style sheet that the page at an address loads. */
async function styleOf(url: string): Promise<string> {
  const html = await (await fetch(url)).text();
  const path = /href="([^"]+\.css)"/.exec(html)?.[1] ?? "";
  return await (await fetch(new URL(path, url))).text();
}

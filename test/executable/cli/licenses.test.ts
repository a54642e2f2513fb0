import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { LEFT_OUT } from "../../../licenses/executable.ts";
import manifest from "../../../package.json" with { type: "json" };
import { run } from "../../support/executable/executable.ts";

const ROOT = resolve(import.meta.dir, "../../..");

const { stdout: printed } = await run(["licenses"], { cwd: ROOT });

/** Modules of the build: in an executable, nothing imports them. */
const OF_THE_BUILD = ["src/assets/bundle.ts", "licenses/executable.ts"].map((path) => join(ROOT, path));

/** The directories of the packages that the bundler takes in from there on. */
async function bundledPackages(entrypoint: string, target: "bun" | "browser"): Promise<readonly string[]> {
  const external = [...LEFT_OUT, ...OF_THE_BUILD];
  const entrypoints = [join(ROOT, entrypoint)];
  const { metafile } = await Bun.build({ entrypoints, target, external, metafile: true });
  const inputs = Object.keys(metafile?.inputs ?? {}).map((path) => resolve(path));
  const directories = inputs.flatMap((path) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  return [...new Set(directories)];
}

test("the licence of every package that is in the program or on a page is printed, and of no other", async () => {
  const directories = [
    ...(await bundledPackages("src/main.ts", "bun")),
    ...(await bundledPackages("public/admin/index.html", "browser")),
    join(ROOT, "node_modules/swagger-ui-dist"),
  ];
  expect(directories.length).toBeGreaterThan(15);
  const expected: string[] = [];
  for (const directory of directories) {
    const { name, version, license } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
    expected.push(`  ${name} ${version} (${license})`);
    expect(printed).toContain(`\n${name} ${version} (${license})\n====`);
    const files = readdirSync(directory).filter((file) => /^(licen[cs]e|notice)/i.test(file));
    expect([name, files.length]).not.toEqual([name, 0]);
    for (const file of files) {
      const text = readFileSync(join(directory, file), "utf8").replaceAll("\r\n", "\n").trim();
      expect(printed).toContain(text);
    }
  }
  const [, list = ""] = /and with it:\n\n {2}Bun .*\n([^=]*)\n\n=/.exec(printed) ?? [];
  expect(list.split("\n")).toEqual([...new Set(expected)].sort());
});

const OTHERS: readonly (readonly [whose: string, ...texts: readonly string[]])[] = [
  ["Publisher's own", `\nPublisher ${manifest.version} (MIT)\n`, "The Publisher authors"],
  ["the runtime's", `\nBun ${Bun.version} (MIT)\n`, "Bun statically links JavaScriptCore"],
  ["that of JavaScriptCore", "\nLGPL-2, the licence of JavaScriptCore", "GNU LIBRARY GENERAL PUBLIC LICENSE"],
  ["that of TinyCC", "\nLGPL-2.1, the licence of TinyCC", "GNU LESSER GENERAL PUBLIC LICENSE"],
  ["those of its other libraries", "boringssl", "A fork of [`uWebsockets`]"],
  ["those inside of Swagger UI", "[swagger-ui-bundle.js.LICENSE.txt]", "Copyright (c) 2018 Jed Watson."],
  ["that of a single file in Elysia", "[dist/type-system/format.mjs]", "Evgeny Poberezkin"],
];

test.each(OTHERS)("%s is there too", (_, ...texts) => {
  for (const text of texts) expect(printed).toContain(text);
});

import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { requireLicenses } from "../../licenses/executable.ts";
import { packagesOf } from "../../licenses/packages.ts";
import { packagesText } from "../../licenses/text.ts";
import manifest from "../../package.json" with { type: "json" };
import { TemporaryDirectory } from "../support/temporary.ts";

const ROOT = resolve(import.meta.dir, "../..");
const COMMANDER = join(ROOT, "node_modules/commander/index.js");
const ELYSIA = join(ROOT, "node_modules/elysia/dist/index.mjs");

/** Puts a package into a directory; gives the path of one of its files. */
function madePackage(directory: string, name: string, files: Readonly<Record<string, string>>): string {
  const path = join(directory, "node_modules", name);
  mkdirSync(join(path, "lib"), { recursive: true });
  writeFileSync(join(path, "package.json"), JSON.stringify({ name, version: "1.2.3", license: "ISC" }));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
  return join(path, "lib/index.js");
}

test("packages are told from their files, each once, and Publisher's own files are no package's", async () => {
  const files = [
    COMMANDER,
    ELYSIA,
    join(ROOT, "node_modules/commander/lib/help.js"),
    join(ROOT, "src/main.ts"),
  ];
  const packages = await packagesOf(files);
  expect(packages.map(({ name }) => name)).toEqual(["commander", "elysia"]);
  expect(packagesText(packages)).toContain(`commander ${manifest.dependencies.commander} (MIT)`);
});

test("every text of a package is kept: licences, notices, those beside a file and those inside of it", async () => {
  using directory = new TemporaryDirectory();
  const file = madePackage(directory.path, "@a/b", {
    "LICENCE.md": "the licence",
    NOTICE: "the notice",
    "README.md": "something else",
    "lib/index.js": "/* nothing */ /*! (c) Copyright Somebody **/ code(); /** @license X */",
    "lib/index.js.LICENSE.txt": "beside",
    "lib/index.js.map": JSON.stringify({ sources: ["../node_modules/@c/d/e.js", "x/node_modules/f/g.js"] }),
  });
  expect(await packagesOf([file])).toEqual([
    {
      name: "@a/b",
      version: "1.2.3",
      license: "ISC",
      texts: [
        { file: "LICENCE.md", text: "the licence" },
        { file: "NOTICE", text: "the notice" },
        { file: "lib/index.js.LICENSE.txt", text: "beside" },
        {
          file: "lib/index.js",
          text: "Made of these packages: @c/d, f.\n\n/*! (c) Copyright Somebody **/\n\n/** @license X */",
        },
      ],
    },
  ]);
});

test("a package without the text of its licence, and a file from nowhere, are refused", async () => {
  using directory = new TemporaryDirectory();
  const file = madePackage(directory.path, "bare", { "lib/index.js": "" });
  expect(packagesOf([file])).rejects.toThrow("bare 1.2.3 has no file with its licence");
  expect(packagesOf([join(directory.path, "x.js")])).rejects.toThrow("is from no package");
});

test("an executable with a package whose licence it has not is refused", async () => {
  const licenses = { packages: await packagesOf([COMMANDER]), text: "" };
  await requireLicenses([COMMANDER, join(ROOT, "src/main.ts")], licenses);
  expect(requireLicenses([COMMANDER, ELYSIA], licenses)).rejects.toThrow(
    /^elysia .* is bundled without its licence$/,
  );
});

test("what is said of the runtime is what its own documentation says", async () => {
  const types = join(ROOT, "node_modules/bun-types");
  const { version } = await Bun.file(join(types, "package.json")).json();
  expect([`bun@${version}`, Bun.version]).toEqual([manifest.packageManager, version]);
  const [ours, theirs] = await Promise.all(
    [join(ROOT, "licenses/bun.mdx"), join(types, "docs/project/license.mdx")].map((path) =>
      Bun.file(path).text(),
    ),
  );
  expect(ours).toBe(theirs ?? "");
});

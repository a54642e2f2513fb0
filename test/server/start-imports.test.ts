import { expect, test } from "bun:test";
import { dirname, join, resolve } from "node:path";

const ROOT = resolve(import.meta.dir, "../..");
const TRANSPILER = new Bun.Transpiler({ loader: "ts" });

/** The packages and files that are evaluated with a file: those of its imports, but not of `import()`. */
async function evaluatedWith(path: string, found = new Set<string>()): Promise<ReadonlySet<string>> {
  if (found.has(path)) return found;
  found.add(path);
  if (!path.endsWith(".ts")) return found;
  const imports = TRANSPILER.scanImports(await Bun.file(join(ROOT, path)).text());
  for (const { path: name, kind } of imports)
    if (kind === "import-statement")
      await evaluatedWith(name.startsWith(".") ? join(dirname(path), name) : name, found);
  return found;
}

test("a server starts without the schemas and the document, which would take most of the time", async () => {
  const evaluated = await evaluatedWith("src/server/serve.ts");
  expect(evaluated).toContain("elysia");
  expect(evaluated).toContain("src/http/api/api-token.ts");
  for (const late of ["arktype", "src/http/body/arktype.ts", "src/http/openapi/document.ts"])
    expect(evaluated).not.toContain(late);
});

test("a command line starts without the server and the store", async () => {
  const evaluated = await evaluatedWith("src/main.ts");
  expect(evaluated).toContain("commander");
  for (const late of ["elysia", "bun:sqlite", "src/server/serve.ts"]) expect(evaluated).not.toContain(late);
});

import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, normalize, resolve } from "node:path";
import { $, Glob } from "bun";
import { TemporaryDirectory } from "./support/temporary.ts";

const ROOT = resolve(import.meta.dir, "..");
const SOURCES = new Map([...new Glob("src/**/*.ts").scanSync(ROOT)].sort().map((path) => [path, read(path)]));

function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** Sources that Biome refuses by the rules for imports and globals in biome.json, one file each. */
const REFUSED: readonly (readonly [path: string, source: string])[] = [
  ["src/tokens/x1.ts", 'import { app } from "../http/app.ts";'],
  ["src/tokens/x2.ts", 'import type { Row } from "../store/sqlite/file/database.ts";'],
  ["src/tokens/x3.ts", 'export * from "../server/serve.ts";'],
  ["src/tokens/x4.ts", 'import { makeLog } from "../log/log.ts";'],
  ["src/tokens/x5.ts", 'import { x } from "../settings/serve-settings.ts";'],
  ["src/tokens/x6.ts", 'import "../../package.json";'],
  ["src/tokens/x7.ts", 'import { type } from "arktype";'],
  ["src/tokens/x8.ts", "const now = performance.now();"],
  ["src/tokens/x9.ts", "const id = crypto.randomUUID();"],
  ["src/tokens/x10.ts", "setTimeout(stop, 5);"],
  ["src/tokens/x11.ts", 'import { randomBytes } from "node:crypto";'],
  ["src/tokens/x12.ts", 'import { performance } from "node:perf_hooks";'],
  ["src/tokens/x13.ts", 'import { setTimeout } from "node:timers/promises";'],
  ["src/tokens/x14.ts", 'import { nanoseconds } from "bun";'],
  ["src/tokens/x15.ts", "const answer = await fetch(url);"],
  ["src/tokens/deep/x1.ts", 'import "../../http/app.ts";'],
  ["src/http/x1.ts", 'const store = await import("../store/sqlite/file/database.ts");'],
  ["src/http/x2.ts", "import {\n  one,\n  two,\n} from '../server/serve.ts';"],
  ["src/http/x3.ts", 'import { x } from "../settings/serve-settings.ts";'],
  ["src/http/x4.ts", 'import { TestApi } from "../../test/support/http/api.ts";'],
  ["src/http/x5.ts", 'import { Database } from "bun:sqlite";'],
  ["src/http/x6.ts", 'import { err } from "pino-std-serializers";'],
  ["src/http/x7.ts", 'const app = require("../cli/program.ts");'],
  ["src/http/x8.ts", 'import { type } from "arktype";'],
  ["src/http/openapi/x1.ts", 'import { type } from "arktype";'],
  ["src/store/x1.ts", 'import { Failure } from "../http/errors.ts";'],
  ["src/store/x2.ts", 'import { Database } from "bun:sqlite";'],
  ["src/store/sqlite/x1.ts", 'import { makeLog } from "../../log/log.ts";'],
  ["src/log/x1.ts", 'import { x } from "../settings/serve-settings.ts";'],
  ["src/terminal/x1.ts", 'import { x } from "../log/log.ts";'],
  ["src/settings/x1.ts", 'import { isTrustedProxy } from "../http/auth/client-address.ts";'],
  ["src/assets/x1.ts", 'import { x } from "../tokens/token.ts";'],
  ["src/server/x1.ts", 'import { check } from "../cli/backup/check.ts";'],
  ["src/server/x2.ts", 'import { Command } from "commander";'],
  ["src/cli/x1.ts", 'import "../main.ts";'],
  ["src/cli/x2.ts", 'import { Elysia } from "elysia";'],
  ["src/cli/x3.ts", 'import { node } from "elysia/adapter";'],
  ["src/cli/x4.ts", 'import type { Database } from "bun:sqlite";'],
  ["src/cli/x5.ts", 'import { swagger } from "@elysiajs/swagger";'],
  ["src/cli/x6.ts", "const host = process.env.HOST;"],
  ["src/x1.ts", 'import "./http/app.ts";\nimport "./store/sqlite/file/database.ts";'],
  ["src/version.ts", 'import "../test/support/http/api.ts";'],
  ["src/http/circle1.ts", 'import "./circle2.ts";\nexport const A = 1;'],
  ["src/http/circle2.ts", 'import type { C } from "./circle3.ts";\nexport type B = C;'],
  ["src/http/circle3.ts", 'export { A } from "./circle1.ts";\nexport type C = 1;'],
];

/** Sources that only resemble those. */
const ACCEPTED: readonly (readonly [path: string, source: string])[] = [
  ["src/tokens/good1.ts", 'import { nextId } from "./identifier.ts";\nconst day = new Date(0);'],
  ["src/tokens/good2.ts", "/* import { x } from '../http/app.ts'; */\nconst library = \"elysia\";"],
  ["src/tokens/good3.ts", 'import { timingSafeEqual } from "node:crypto";'],
  ["src/http/good1.ts", 'import { Elysia } from "elysia";\nimport type { Log } from "../log/log.ts";'],
  ["src/http/good2.ts", 'import { arktypes } from "arktypes";\nimport "./circle1.ts";'],
  ["src/http/body/arktype-x.ts", 'import { type } from "arktype";'],
  ["src/store/sqlite/good1.ts", 'import { Database } from "bun:sqlite";\nimport "../../tokens/token.ts";'],
  [
    "src/log/good1.ts",
    'import { err } from "pino-std-serializers";\nimport "../tokens/secret/redaction.ts";',
  ],
  ["src/cli/good1.ts", 'import "../http/app.ts";\nimport "../store/sqlite/file/database.ts";'],
  ["src/cli/good2.ts", 'import { Command } from "commander";\nawait import("../server/serve.ts");'],
  ["src/settings/good1.ts", 'import { Option } from "commander";\nprocess.env;'],
  ["src/assets/good1.ts", 'import "../../public/swagger/outline.ts";'],
  ["src/main.ts", 'import "./cli/program.ts";'],
];

test("Biome refuses imports against the arrows, packages away from home, circles, and a clock in the domain", async () => {
  using temporary = new TemporaryDirectory();
  writeFileSync(join(temporary.path, "biome.json"), read("biome.json"));
  for (const [path, source] of [...REFUSED, ...ACCEPTED]) {
    mkdirSync(join(temporary.path, dirname(path)), { recursive: true });
    writeFileSync(join(temporary.path, path), source);
  }
  const biome = join(ROOT, "node_modules/.bin/biome");
  const lint = $`${biome} lint --vcs-enabled=false --max-diagnostics=none --reporter=github .`;
  const { stdout } = await lint.cwd(temporary.path).quiet().nothrow();
  const reports = stdout
    .toString()
    .matchAll(/title=lint\/[^,]*(?:Restricted\w+|Cycles|ProcessEnv|CommonJs),file=([^,]+)/g);
  const refused = new Set([...reports].map(([, file = ""]) => file.slice(file.indexOf("src/"))));
  expect([...refused].sort()).toEqual(REFUSED.map(([path]) => path).sort());
});

/** Names that no rule of Biome forbids, and the files that may have them. */
const FORBIDDEN_NAMES: readonly (readonly [names: RegExp, isAllowed: (path: string) => boolean])[] = [
  [/\bBun\.env\b|\bimport\.meta\.env\b/, (path) => path.startsWith("src/settings/")],
  [
    /\bDate\.now\b|\bDate\(\s*\)|\bTemporal\.Now\b|\bBun\.(?:nanoseconds|sleep)|\bMath\.random\b|\bglobalThis\b/,
    (path) => !path.startsWith("src/tokens/"),
  ],
];

test.each(FORBIDDEN_NAMES)("%p is not in the other parts", (names, isAllowed) => {
  const found = [...SOURCES].filter(
    ([path, source]) => !isAllowed(path) && names.test(withoutComments(source)),
  );
  expect(found.map(([path]) => path)).toEqual([]);
});

test("only the document loads the response schemas, which would take a third of the time of a start", () => {
  const importing = /^(?:import|export)\s+(?!type\b)[^;]*\/responses\//m;
  const loading = [...SOURCES].filter(([, source]) => importing.test(source)).map(([path]) => path);
  expect(loading).toEqual(
    ["component-responses", "named-schemas"].map((name) => `src/http/openapi/${name}.ts`),
  );
});

function withoutComments(source: string): string {
  return source.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/(^|\s)\/\/.*$/gm, "$1");
}

describe("the tree can be read:", () => {
  test("docs/architecture.md names files that exist", async () => {
    const map = await Bun.file(join(ROOT, "docs/architecture.md")).text();
    const paths = [...map.matchAll(/`((?:src|public|test|docs|licenses)\/[^`]+)`/g)].map(
      ([, path = ""]) => path,
    );
    expect(paths.length).toBeGreaterThan(100);
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  test("no source has more than 250 lines", () => {
    const tooLong = [...SOURCES].filter(([, source]) => source.trimEnd().split("\n").length > 250);
    expect(tooLong.map(([path]) => path)).toEqual([]);
  });

  test.each(["src", "public/admin", "test"])("no folder of %s has more than 20 files", (root) => {
    const counts = new Map<string, number>();
    for (const path of new Glob(`${root}/**/*.{ts,tsx}`).scanSync(ROOT)) {
      if (path.includes("node_modules")) continue;
      counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
    }
    expect(counts.size).toBeGreaterThan(5);
    expect([...counts].filter(([, count]) => count > 20)).toEqual([]);
  });

  test("chains of imports in src/http are short", () => {
    const depths = new Map<string, number>();
    for (const path of SOURCES.keys()) depthOf(path, depths);
    expect(Math.max(...depths.values())).toBeLessThanOrEqual(HTTP_DEPTH);
  });
});

/** The most files of src/http that import each other in one chain, without imports of types. */
const HTTP_DEPTH = 8;

const TRANSPILER = new Bun.Transpiler({ loader: "ts" });

function depthOf(path: string, depths: Map<string, number>): number {
  if (!path.startsWith("src/http/")) return 0;
  const known = depths.get(path);
  if (known !== undefined) return known;
  const modules = TRANSPILER.scanImports(SOURCES.get(path) ?? "").filter((each) => each.path.startsWith("."));
  const imported = modules.map((each) => normalize(join(dirname(path), each.path)));
  expect(imported, "Biome does not see a file that imports itself").not.toContain(path);
  const depth = 1 + Math.max(0, ...imported.map((each) => depthOf(each, depths)));
  depths.set(path, depth);
  return depth;
}

import { beforeAll, describe, expect, test } from "bun:test";
import { join, resolve } from "node:path";
import { Glob } from "bun";
import { importsOf, type Sources, violations } from "./support/architecture.ts";

const ROOT = resolve(import.meta.dir, "..");

/** The most lines that a source file may have. */
const LINE_LIMIT = 250;

let sources: Sources;

beforeAll(async () => {
  const read = new Map<string, string>();
  for await (const path of new Glob("src/**/*.ts").scan({ cwd: ROOT }))
    read.set(path.replaceAll("\\", "/"), await Bun.file(join(ROOT, path)).text());
  sources = read;
});

test("the sources are built as they are meant to be", () => {
  expect(violations(sources)).toEqual([]);
});

test("every folder is looked at, and every import is seen", () => {
  for (const path of [
    "src/main.ts",
    "src/server/serve.ts",
    "src/http/app.ts",
    "src/store/sqlite/file/database.ts",
    "src/tokens/token.ts",
  ])
    expect([...sources.keys()]).toContain(path);
  const transpiler = new Bun.Transpiler({ loader: "ts" });
  for (const [path, source] of sources) {
    const known = transpiler.scanImports(source).map((each) => each.path);
    for (const module of known) expect(importsOf(source), path).toContain(module);
  }
});

test("no file is too long to be read at once", () => {
  const tooLong = [...sources].filter(([, source]) => source.trimEnd().split("\n").length > LINE_LIMIT);
  expect(tooLong.map(([path]) => path)).toEqual([]);
});

/** A file that is not as it is meant to be, and what is said of it. */
const OFFENDERS: readonly (readonly [path: string, source: string, ...said: readonly string[]])[] = [
  ["src/tokens/x.ts", 'import { app } from "../http/app.ts";', "src/tokens/x.ts imports src/http/app.ts"],
  [
    "src/tokens/x.ts",
    'import type { Row } from "../store/sqlite/file/database.ts";',
    "src/tokens/x.ts imports src/store/sqlite/file/database.ts",
  ],
  ["src/tokens/x.ts", 'export * from "../server/serve.ts";', "src/tokens/x.ts imports src/server/serve.ts"],
  ["src/tokens/x.ts", 'import { makeLog } from "../log/log.ts";', "src/tokens/x.ts imports src/log/log.ts"],
  [
    "src/tokens/x.ts",
    'import { DEFAULTS } from "../settings/config.ts";',
    "src/tokens/x.ts imports src/settings/config.ts",
  ],
  ["src/tokens/deep/x.ts", 'import "../../http/app.ts";', "src/tokens/deep/x.ts imports src/http/app.ts"],
  [
    "src/http/x.ts",
    'const store = await import("../store/sqlite/file/database.ts");',
    "src/http/x.ts imports src/store/sqlite/file/database.ts",
  ],
  [
    "src/http/x.ts",
    "import {\n  one,\n  two,\n} from '../server/serve.ts';",
    "src/http/x.ts imports src/server/serve.ts",
  ],
  [
    "src/http/x.ts",
    'import { DEFAULTS } from "../settings/config.ts";',
    "src/http/x.ts imports src/settings/config.ts",
  ],
  [
    "src/store/x.ts",
    'import { Failure } from "../http/errors.ts";',
    "src/store/x.ts imports src/http/errors.ts",
  ],
  ["src/store/x.ts", 'import { makeLog } from "../log/log.ts";', "src/store/x.ts imports src/log/log.ts"],
  [
    "src/log/log.ts",
    'import { DEFAULTS } from "../settings/config.ts";',
    "src/log/log.ts imports src/settings/config.ts",
  ],
  ["src/cli/x.ts", 'import "../main.ts";', "src/cli/x.ts imports src/main.ts"],
  [
    "src/http/x.ts",
    'import { TestApi } from "../../test/support/api.ts";',
    "src/http/x.ts imports test/support/api.ts, which is not in src",
  ],
  [
    "src/version.ts",
    'import "./support/api.ts";',
    "src/version.ts imports test/support/api.ts, which is not in src",
  ],
  [
    "src/tokens/x.ts",
    'import "../../package.json";',
    "src/tokens/x.ts imports package.json, which is not in src",
  ],
  ["src/tokens/x.ts", 'import { type } from "arktype";', "src/tokens/x.ts imports arktype"],
  ["src/cli/x.ts", 'import { Elysia } from "elysia";', "src/cli/x.ts imports elysia"],
  ["src/cli/x.ts", 'import { node } from "elysia/adapter";', "src/cli/x.ts imports elysia/adapter"],
  ["src/main.ts", 'import { swagger } from "@elysiajs/swagger";', "src/main.ts imports @elysiajs/swagger"],
  ["src/http/x.ts", 'import { Database } from "bun:sqlite";', "src/http/x.ts imports bun:sqlite"],
  ["src/store/x.ts", 'import { Database } from "bun:sqlite";', "src/store/x.ts imports bun:sqlite"],
  [
    "src/server/x.ts",
    'import { check } from "../cli/backup/check.ts";',
    "src/server/x.ts imports src/cli/backup/check.ts",
  ],
  ["src/cli/x.ts", 'import type { Database } from "bun:sqlite";', "src/cli/x.ts imports bun:sqlite"],
  [
    "src/settings/config.ts",
    'import { Command } from "commander";',
    "src/settings/config.ts imports commander",
  ],
  ["src/http/x.ts", 'import pino from "pino";', "src/http/x.ts imports pino"],
  [
    "src/http/x.ts",
    'import { Moment } from "./api/answer-types.ts";',
    "src/http/x.ts imports src/http/api/answer-types.ts",
  ],
  [
    "src/other.ts",
    'import "./http/app.ts";\nimport "./store/sqlite/file/database.ts";',
    "src/other.ts joins http and store",
  ],
  ["src/cli/x.ts", "const host = process.env.HOST;", "src/cli/x.ts uses process.env"],
  ["src/http/x.ts", "const host = Bun.env.HOST;", "src/http/x.ts uses Bun.env"],
  ["src/tokens/x.ts", "const now = Date.now();", "src/tokens/x.ts uses Date.now"],
  ["src/tokens/x.ts", "const now = new Date();", "src/tokens/x.ts uses new Date()"],
  ["src/tokens/x.ts", "const now = Temporal.Now.instant();", "src/tokens/x.ts uses Temporal.Now"],
  ["src/tokens/x.ts", "const now = performance.now();", "src/tokens/x.ts uses performance.now"],
  ["src/tokens/x.ts", "const die = Math.random();", "src/tokens/x.ts uses Math.random"],
  ["src/tokens/x.ts", "const id = crypto.randomUUID();", "src/tokens/x.ts uses randomUUID"],
  ["src/tokens/x.ts", "setTimeout(stop, 5);", "src/tokens/x.ts uses setTimeout"],
  ["src/http/x.ts", 'import "./x.ts";', "src/http/x.ts imports src/http/x.ts"],
];

describe("what is not is found:", () => {
  for (const [path, source, ...said] of OFFENDERS) {
    test(`${path}: ${source.trim().split("\n").join(" ")}`, () => {
      expect(violations(new Map([[path, source]]))).toEqual([...said]);
    });
  }

  test("files that import each other, at whatever distance", () => {
    const around = new Map([
      ["src/http/a.ts", 'import "./b.ts";'],
      ["src/http/b.ts", 'import type { C } from "./c.ts";'],
      ["src/http/c.ts", 'export { A } from "./a.ts";'],
      ["src/http/d.ts", 'import "./a.ts";'],
    ]);
    expect(violations(around)).toEqual([
      "src/http/a.ts imports src/http/b.ts imports src/http/c.ts imports src/http/a.ts",
    ]);
  });
});

/** What looks like an offence and is none. */
const INNOCENT: readonly (readonly [path: string, source: string])[] = [
  ["src/tokens/x.ts", 'import { nextId } from "./identifier.ts";'],
  ["src/tokens/x.ts", "const day = new Date(0);"],
  ["src/tokens/x.ts", "// Date.now() is not for here\n/* import { x } from '../http/app.ts'; */"],
  ["src/tokens/x.ts", 'import { timingSafeEqual } from "node:crypto";'],
  ["src/http/x.ts", 'import { Elysia } from "elysia";\nimport type { Log } from "../log/log.ts";'],
  ["src/http/x.ts", 'import { arktypes } from "arktypes";'],
  ["src/http/openapi/x.ts", 'import { Moment } from "../api/answer-types.ts";'],
  ["src/tokens/x.ts", 'export const LIBRARY = "elysia";\nexport function from(path = "../http/app.ts") {}'],
  [
    "src/store/sqlite/x.ts",
    'import { Database } from "bun:sqlite";\nimport type { Token } from "../../tokens/token.ts";',
  ],
  ["src/cli/x.ts", 'import "../http/app.ts";\nimport "../store/sqlite/file/database.ts";'],
  [
    "src/main.ts",
    'import { Command } from "commander";\nconst { serve } = await import("./server/serve.ts");\nprocess.env;',
  ],
  ["src/version.ts", 'import { version } from "../package.json";'],
];

describe("what looks like it is let pass:", () => {
  for (const [path, source] of INNOCENT) {
    test(`${path}: ${source.trim().split("\n").join(" ")}`, () => {
      expect(violations(new Map([[path, source]]))).toEqual([]);
    });
  }
});

import { dirname, join, normalize } from "node:path";

/** Source files by their path below the repository, as `src/http/app.ts`. */
export type Sources = ReadonlyMap<string, string>;

/** What may import what, besides its own folder: arrows run one way. Packages and the runtime's modules are apart. */
const ARROWS: Readonly<Record<Layer, readonly Layer[]>> = {
  entry: ["cli", "server", "settings", "terminal", "http", "store", "tokens", "log", "base"],
  cli: ["server", "settings", "terminal", "assets", "http", "store", "tokens", "base"],
  server: ["settings", "terminal", "assets", "http", "store", "tokens", "log", "base"],
  settings: ["http", "log"],
  terminal: ["tokens", "base"],
  assets: ["http"],
  log: ["tokens"],
  http: ["tokens", "log", "base"],
  store: ["tokens", "base"],
  tokens: [],
  base: [],
};

type Layer = (typeof LAYERS)[number] | "entry" | "base";

const LAYERS = ["cli", "server", "settings", "terminal", "assets", "log", "http", "store", "tokens"] as const;

/** Files beside the layers that others may use too; the rest there is the entry. */
const BASE = ["src/version.ts", "src/system-errors.ts"];

/** What may be imported in some places only: the start of its name, and the start of their paths. */
const CONFINED: readonly (readonly [module: string, places: readonly string[]])[] = [
  ["elysia", ["src/http/"]],
  ["@elysiajs/", ["src/http/"]],
  ["arktype", ["src/http/body/arktype"]],
  ["bun:sqlite", ["src/store/sqlite/"]],
  ["commander", ["src/main.ts", "src/cli/"]],
  ["pino", ["src/log/log.ts"]],
];

/** The document alone needs these schemas. They would take a third of the time that a server needs to start. */
const RESPONSE_SCHEMAS = "src/http/api/responses/";
const RESPONSE_SCHEMA_READERS = [
  RESPONSE_SCHEMAS,
  "src/http/openapi/component-responses.ts",
  "src/http/openapi/named-schemas.ts",
];

/** What may be written in some places only. */
const CONFINED_WORDS: readonly (readonly [pattern: RegExp, isAllowed: (path: string) => boolean])[] = [
  [
    /\bprocess\.env\b|\bBun\.env\b|\bimport\.meta\.env\b/,
    (path) => ["src/main.ts", "src/settings/config.ts", "src/assets/bundle.ts"].includes(path),
  ],
  [
    /\bDate\.now\b|\bnew Date\(\s*\)|\bDate\(\s*\)|\bTemporal\.Now\b|\bperformance\.now\b|\bBun\.nanoseconds\b/,
    (path) => !path.startsWith("src/tokens/"),
  ],
  [
    /\bMath\.random\b|\brandomBytes\b|\brandomUUID\b|\bgetRandomValues\b|\brandomInt\b/,
    (path) => !path.startsWith("src/tokens/"),
  ],
  [/\bfetch\(|\bsetTimeout\b|\bsetInterval\b/, (path) => !path.startsWith("src/tokens/")],
];

/** Every way in which the sources are not built as they are meant to be, a sentence each. */
export function violations(sources: Sources): readonly string[] {
  const files = [...sources];
  return [
    ...files.flatMap(([path, source]) => importsOf(source).flatMap((module) => forbidden(path, module))),
    ...files.flatMap(([path, source]) => loadedResponseSchemas(path, source)),
    ...files.flatMap(([path, source]) => misplacedWords(path, source)),
    ...files.filter(([path]) => !/^src\/(?:cli|server)\//.test(path)).flatMap(joined),
    ...cycles(sources),
  ];
}

/** Every module that a source imports, for its types alone too. */
export function importsOf(source: string): readonly string[] {
  const code = withoutComments(source);
  const statements = code.matchAll(/^\s*(?:import|export)\b(?:[^;"'`=(]*?\bfrom)?\s*["']([^"'\n]+)["']/gm);
  const calls = code.matchAll(/\b(?:import|require)\(\s*["'`]([^"'`\n]+)["'`]/g);
  return [...statements, ...calls].flatMap(([, module]) => module ?? []);
}

function withoutComments(source: string): string {
  return source.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/(^|\s)\/\/.*$/gm, "$1");
}

function forbidden(path: string, module: string): readonly string[] {
  const target = resolved(path, module);
  if (isMisplaced(path, target ?? module)) return [`${path} imports ${target ?? module}`];
  if (target === null) return [];
  if (!target.startsWith("src/")) {
    const isAllowed =
      /^src\/(?:assets\/[^/]+|version\.ts)$/.test(path) && !/^(?:\.\.|test|bench)\//.test(target);
    return isAllowed ? [] : [`${path} imports ${target}, which is not in src`];
  }
  if (target === "src/main.ts") return [`${path} imports ${target}`];
  const [from, to] = [layerOf(path), layerOf(target)];
  return from === to || ARROWS[from].includes(to) ? [] : [`${path} imports ${target}`];
}

function isMisplaced(path: string, module: string): boolean {
  const place = CONFINED.find(
    ([name]) => module === name || module.startsWith(name.endsWith("/") ? name : `${name}/`),
  );
  return place !== undefined && !place[1].some((start) => path.startsWith(start));
}

/** Imports of response schemas for more than their types. */
function loadedResponseSchemas(path: string, source: string): readonly string[] {
  if (RESPONSE_SCHEMA_READERS.some((reader) => path.startsWith(reader))) return [];
  const valueImports = source.replaceAll(/^import type\b[^;]*;/gm, "");
  const targets = importsOf(valueImports).flatMap((module) => resolved(path, module) ?? []);
  return targets
    .filter((target) => target.startsWith(RESPONSE_SCHEMAS))
    .map((target) => `${path} loads ${target}`);
}

/** Where in the repository a relative import points; null for a package. */
function resolved(path: string, module: string): string | null {
  return module.startsWith(".") ? normalize(join(dirname(path), module)) : null;
}

function layerOf(path: string): Layer {
  if (BASE.includes(path)) return "base";
  const folder = path.split("/")[1];
  return LAYERS.find((layer) => layer === folder) ?? "entry";
}

/** A file that brings HTTP and the store together, which only the command line and the server do. */
function joined([path, source]: readonly [string, string]): readonly string[] {
  const layers = importsOf(source).map((module) => layerOf(resolved(path, module) ?? ""));
  return layers.includes("http") && layers.includes("store") ? [`${path} joins http and store`] : [];
}

function misplacedWords(path: string, source: string): readonly string[] {
  const code = withoutComments(source);
  return CONFINED_WORDS.flatMap(([pattern, isAllowed]) => {
    const found = pattern.exec(code)?.[0];
    return found === undefined || isAllowed(path) ? [] : [`${path} uses ${found}`];
  });
}

/** Every file that imports itself by way of others, and by way of which. */
function cycles(sources: Sources): readonly string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, way: readonly string[]): void => {
    const start = way.indexOf(path);
    if (start !== -1) {
      found.push(`${[...way.slice(start), path].join(" imports ")}`);
      return;
    }
    if (done.has(path)) return;
    for (const module of importsOf(sources.get(path) ?? "")) {
      const target = resolved(path, module);
      if (target !== null) visit(target, [...way, path]);
    }
    done.add(path);
  };
  for (const path of sources.keys()) visit(path, []);
  return found;
}

import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { $ } from "bun";
import { embeddedLicenses, executableLicenses, LEFT_OUT, requireLicenses } from "./licenses/executable.ts";
import { bundlePages } from "./src/assets/bundle.ts";
import { embedding } from "./src/assets/embedding.ts";

const OUT = join(import.meta.dir, "dist");

/** The platforms of a release. */
const TARGETS: readonly Bun.Build.CompileTarget[] = [
  "bun-linux-x64",
  "bun-linux-x64-baseline",
  "bun-linux-x64-musl",
  "bun-linux-arm64",
  "bun-linux-arm64-musl",
  "bun-darwin-x64",
  "bun-darwin-arm64",
  "bun-windows-x64",
];

/** The main file of the threads that read long lists. */
const SCAN_WORKER = "src/store/sqlite/list/scan-worker.ts";

/** The present commit, with `-dirty` if files differ from it; `unknown` outside of git. */
async function commit(): Promise<string> {
  const head = await $`git rev-parse --short=12 HEAD`
    .cwd(import.meta.dir)
    .quiet()
    .nothrow();
  if (head.exitCode !== 0) return "unknown";
  const changes = await $`git status --porcelain`
    .cwd(import.meta.dir)
    .quiet()
    .nothrow();
  return head.text().trim() + (changes.text().trim() === "" ? "" : "-dirty");
}

/** Compiles one executable. It reads no file of its working directory, and is in production mode. */
async function compile(
  outfile: string,
  plugins: Bun.BunPlugin[],
  target?: Bun.Build.CompileTarget,
): Promise<string> {
  const result = await Bun.build({
    entrypoints: [join(import.meta.dir, "src/main.ts"), join(import.meta.dir, SCAN_WORKER)],
    // All code is in one folder of the executable: so the address of the worker is the same as in the sources.
    naming: { entry: "[name].[ext]" },
    minify: { syntax: true, whitespace: true },
    sourcemap: "linked",
    bytecode: true,
    format: "esm",
    // A module that is imported when it is needed is evaluated only then.
    splitting: true,
    external: LEFT_OUT,
    plugins,
    metafile: true,
    define: {
      "process.env.NODE_ENV": '"production"',
      "Bun.env.NODE_ENV": '"production"',
      PUBLISHER_COMMIT: JSON.stringify(await commit()),
    },
    compile: {
      ...(target === undefined ? {} : { target }),
      outfile,
      autoloadDotenv: false,
      autoloadBunfig: false,
      autoloadTsconfig: false,
      autoloadPackageJson: false,
    },
  });
  const [artifact] = result.outputs;
  if (!result.success || artifact === undefined) throw new AggregateError(result.logs, "the build failed");
  await requireLicenses(Object.keys(result.metafile?.inputs ?? {}), licenses);
  // The executable has its source maps inside.
  for (const map of new Bun.Glob("*.map").scanSync(OUT)) await rm(join(OUT, map));
  return artifact.path;
}

async function sha256(path: string): Promise<string> {
  const hasher = new Bun.CryptoHasher("sha256");
  for await (const chunk of Bun.file(path).stream()) hasher.update(chunk);
  return hasher.digest("hex");
}

const [flag, ...rest] = process.argv.slice(2);
if (rest.length > 0 || (flag !== undefined && flag !== "--all")) {
  process.stderr.write("build.ts takes no argument, or --all for every platform\n");
  process.exit(2);
}

await rm(OUT, { recursive: true, force: true });
const EMBEDDED = join(OUT, "embedded");
const pages = await bundlePages();
const licenses = await executableLicenses(pages.inputs);
const plugins = [await embedding(pages.files, EMBEDDED), await embeddedLicenses(licenses.text, EMBEDDED)];
if (flag === undefined) {
  process.stdout.write(`${await compile(join(OUT, "publisher"), plugins)}\n`);
} else {
  const sums: string[] = [];
  for (const target of TARGETS) {
    const path = await compile(join(OUT, `publisher-${target.replace("bun-", "")}`), plugins, target);
    sums.push(`${await sha256(path)}  ${basename(path)}\n`);
    process.stdout.write(`${path}\n`);
  }
  await Bun.write(join(OUT, "SHA256SUMS"), sums.join(""));
}
await rm(EMBEDDED, { recursive: true });

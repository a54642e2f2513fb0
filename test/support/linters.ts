import { join, resolve } from "node:path";
import { type } from "../../src/http/body/arktype.ts";
import { PATIENCE_MS } from "./patience.ts";
import { TemporaryDirectory } from "./temporary.ts";

const COMMANDS = resolve(import.meta.dir, "../../node_modules/.bin");
/** Neither linter is to tell anybody of its use or to ask for a newer version. */
const QUIET = { REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true", CI: "true" };

const RedoclyReport = type({
  totals: { errors: "number", warnings: "number", ignored: "number" },
  problems: type({ ruleId: "string", message: "string" }).array(),
});
const SpectralReport = type({ code: "string", message: "string", path: "(string | number)[]" }).array();

/** The problems that Redocly's recommended rules find in an OpenAPI document. */
export async function redoclyProblems(document: string): Promise<readonly string[]> {
  using directory = new TemporaryDirectory();
  await Bun.write(join(directory.path, "openapi.json"), document);
  const printed = await lint(directory.path, ["redocly", "lint", "openapi.json", "--format=json"]);
  const { totals, problems } = RedoclyReport.assert(JSON.parse(printed));
  if (totals.errors + totals.warnings + totals.ignored !== problems.length)
    throw new Error(`the report is not whole: ${printed}`);
  return problems.map(({ ruleId, message }) => `${ruleId}: ${message}`);
}

/** The problems that Spectral's rules for OpenAPI find in a document. */
export async function spectralProblems(document: string): Promise<readonly string[]> {
  using directory = new TemporaryDirectory();
  await Bun.write(join(directory.path, "openapi.json"), document);
  await Bun.write(join(directory.path, "rules.json"), '{"extends": ["spectral:oas"]}');
  const printed = await lint(directory.path, [
    "spectral",
    "lint",
    "openapi.json",
    "--ruleset=rules.json",
    "--format=json",
    "--quiet",
  ]);
  return SpectralReport.assert(JSON.parse(printed)).map(
    ({ code, message, path }) => `${code}: ${message} (${path.join(".")})`,
  );
}

async function lint(cwd: string, [command = "", ...args]: readonly string[]): Promise<string> {
  const child = Bun.spawn([process.execPath, join(COMMANDS, command), ...args], {
    cwd,
    env: { ...QUIET, HOME: cwd, TMPDIR: cwd },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: PATIENCE_MS,
  });
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (stdout.trim() === "") throw new Error(`${command} said nothing: ${stderr}`);
  return stdout;
}

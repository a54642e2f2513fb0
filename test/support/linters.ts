import { join, resolve } from "node:path";
import { type } from "../../src/http/body/arktype.ts";
import { runTool } from "./run-tool.ts";
import { TemporaryDirectory } from "./temporary.ts";

const COMMANDS = resolve(import.meta.dir, "../../node_modules/.bin");
/** Neither linter may report its use or look for a newer version. */
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
  const options = ["--ruleset=rules.json", "--format=json", "--quiet"];
  const printed = await lint(directory.path, ["spectral", "lint", "openapi.json", ...options]);
  return SpectralReport.assert(JSON.parse(printed)).map(
    ({ code, message, path }) => `${code}: ${message} (${path.join(".")})`,
  );
}

async function lint(cwd: string, [command = "", ...args]: readonly string[]): Promise<string> {
  const env = { ...QUIET, HOME: cwd, TMPDIR: cwd };
  const { stdout, stderr } = await runTool(cwd, [join(COMMANDS, command), ...args], env);
  if (stdout.trim() === "") throw new Error(`${command} printed nothing: ${stderr}`);
  return stdout;
}

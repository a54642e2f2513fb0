import { Command } from "commander";
import { type DataDirFlags, dataDirOption, requireUtf8 } from "../settings/data-directory-setting.ts";
import { deleteUnsetVariables } from "../settings/environment-variables.ts";
import { print, readable } from "../terminal/print.ts";
import { COMMIT, VERSION } from "../version.ts";
import { addAudit } from "./audit/audit-command.ts";
import { addBackup, addCheck, addRestore } from "./backup/backup-commands.ts";
import { addCompletion } from "./completion/completion-command.ts";
import { addHealth } from "./health-command.ts";
import { addLicenses } from "./licenses-command.ts";
import { addOpenapi } from "./openapi-command.ts";
import { addServe, DEFAULT_COMMAND } from "./serve-command.ts";
import { addToken } from "./token/token-command.ts";
import { addUsage } from "./usage-command.ts";

/** Runs a command. Throws its errors; after the help and the version it throws a CommanderError with exit code 0. */
export async function run(words: readonly string[]): Promise<void> {
  deleteUnsetVariables();
  const output: string[] = [];
  const program = programWith((text) => void output.push(text));
  try {
    refuseUnknownCommand(program, words);
    await program.parseAsync([...words], { from: "user" });
  } finally {
    if (output.length > 0) await print(output.join(""));
  }
}

/** The whole command line. It writes its help and its version by `write`. */
export function programWith(write: (text: string) => void): Command {
  const program = new HelpFirstCommand("publisher")
    .description("A self-hosted API-token authority: create, rotate, revoke and verify API tokens.")
    .version(
      `publisher ${VERSION} (commit ${COMMIT}, bun ${Bun.version})`,
      "-V, --version",
      "print the version",
    )
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .configureOutput({
      writeOut: write,
      outputError: (text, writeError) => writeError(readable(text.replace(/^error: /, "publisher: "))),
    })
    .exitOverride();
  addServe(program);
  addToken(program);
  addAudit(program);
  addBackup(program);
  addRestore(program);
  addUsage(program);
  addHealth(program);
  addCheck(program);
  addOpenapi(program);
  addLicenses(program);
  addCompletion(program, DEFAULT_COMMAND);
  program.hook("preAction", async (_, command) => await prepareStore(command));
  pointToHelp(program, "publisher");
  return program;
}

/**
 * A command that prints its help before it reads variables. Commander alone reads them first, and a bad variable would
 * then hide the help.
 */
class HelpFirstCommand extends Command {
  override createCommand(name?: string): Command {
    return new HelpFirstCommand(name);
  }

  override parseOptions(words: string[]): ReturnType<Command["parseOptions"]> {
    const parsed = super.parseOptions(words);
    const isLast = this.commands.length === 0;
    if (isLast && parsed.unknown.some((word) => word === "-h" || word === "--help")) this.help();
    return parsed;
  }
}

/**
 * Root runs these commands as root: a server refuses another user's store, a backup opens it with the rights of that
 * user and writes as root, and a restore reads as root first.
 */
const STAY_ROOT = [DEFAULT_COMMAND, "backup", "restore"];

/** Checks the path of the store. On another user's store, root's command goes on as that user. */
async function prepareStore(command: Command): Promise<void> {
  if (command.options.every(({ long }) => long !== dataDirOption().long)) return;
  const flags = command.opts<DataDirFlags>();
  requireUtf8(flags);
  if (process.getuid?.() !== 0 || STAY_ROOT.includes(command.name())) return;
  const { becomeOwner } = await import("./store/store-owner.ts");
  becomeOwner(flags.dataDir);
}

/** Lets each command point to its own help after an error. */
function pointToHelp(command: Command, path: string): void {
  const isDefault = command.name() === DEFAULT_COMMAND;
  const order = isDefault
    ? ' Put flags after the command, as in "publisher token list --data-dir data".'
    : "";
  command.showHelpAfterError(`Run "${path} --help" for help.${order}`);
  for (const child of command.commands) pointToHelp(child, `${path} ${child.name()}`);
}

/** Refuses a first word that is no command: `serve`, the default, would call it an argument too many. */
function refuseUnknownCommand(program: Command, [first]: readonly string[]): void {
  if (first === undefined || first.startsWith("-")) return;
  if (program.commands.every((command) => command.name() !== first)) {
    program.error(`error: unknown command '${first}'`, { code: "commander.unknownCommand" });
  }
}

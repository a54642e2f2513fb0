import { Command, CommanderError, Option } from "commander";
import { addAudit } from "./cli/audit-commands.ts";
import { addBackup } from "./cli/backup/backup-commands.ts";
import type { CheckFlags } from "./cli/backup/check.ts";
import { addCompletion } from "./cli/completion/completion-command.ts";
import { dataDirOption, FIRST_TOKEN_HELP, listenOptions, setting } from "./cli/options.ts";
import { addHealth, addUsage } from "./cli/server-commands.ts";
import { addToken } from "./cli/token/token-commands.ts";
import { LOG_LEVELS } from "./log/log-levels.ts";
import {
  type DataDirFlags,
  DEFAULTS,
  dataDirSetting,
  type ServeFlags,
  serveSettings,
  UsageError,
} from "./settings/config.ts";
import { ENOUGH_SPACE } from "./store/sqlite/reserve.ts";
import { StoreUnusable } from "./store/sqlite/store-unusable.ts";
import { reasonOf } from "./system-errors.ts";
import { CommandFailure } from "./terminal/command-failure.ts";
import { print, readable, say } from "./terminal/print.ts";
import { type SpaceUse, StoreUnavailable } from "./tokens/token-store.ts";
import { COMMIT, VERSION } from "./version.ts";

/** What runs without a command. */
const DEFAULT_COMMAND = "serve";

const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;

/** What a command makes is for its owner alone, whatever the shell's mask says. */
const OWNER_ONLY = 0o077;

/** Builds the command line, which puts its help and its version into `output`. */
function commandLine(output: string[]): Command {
  const program = new Command("publisher")
    .description("A self-hosted API-token authority: create, rotate, revoke and verify API tokens.")
    .version(
      `publisher ${VERSION} (commit ${COMMIT}, bun ${Bun.version})`,
      "-V, --version",
      "print the version",
    )
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .configureOutput({
      writeOut: (text) => void output.push(text),
      outputError: (text, write) => write(readable(text.replace(/^error: /, "publisher: "))),
    })
    .exitOverride();
  addServe(program);
  addToken(program, process.env);
  addAudit(program, process.env);
  addBackup(program, process.env);
  addUsage(program, process.env);
  addHealth(program, process.env);
  program
    .command("check")
    .description("check that the store, or a backup, is sound; changes nothing")
    .argument("[FILE]", "a backup to check instead of the store")
    .addOption(dataDirOption())
    .addOption(new Option("--tell-damage", "exit with code 3 if the store is damaged").hideHelp())
    .action(async (backup: string | undefined, flags: CheckFlags & DataDirFlags) => {
      const { check } = await import("./cli/backup/check.ts");
      await check(dataDirSetting(flags, process.env), backup, flags);
    });
  program
    .command("openapi")
    .description("print the OpenAPI document of the API")
    .action(async () => {
      const { printDocument } = await import("./cli/openapi.ts");
      await printDocument();
    });
  program
    .command("licenses")
    .description("print the licences of Publisher and of all packages in it")
    .action(async () => {
      const { printLicenses } = await import("./cli/licenses.ts");
      await printLicenses();
    });
  addCompletion(program, DEFAULT_COMMAND);
  program.hook("preAction", async (_, command) => await leaveRoot(command));
  pointToHelp(program, "publisher");
  return program;
}

/**
 * A server refuses another user's store, a backup opens it with the rights of that user and writes as root, and a
 * restore reads as root first.
 */
const STAY_ROOT = [DEFAULT_COMMAND, "backup", "restore"];

/** Where root runs a command on another user's store, the command goes on as that user. */
async function leaveRoot(command: Command): Promise<void> {
  const isOnStore = command.options.some(({ long }) => long === dataDirOption().long);
  if (process.getuid?.() !== 0 || !isOnStore || STAY_ROOT.includes(command.name())) return;
  const { becomeOwner } = await import("./cli/store/store-owner.ts");
  becomeOwner(dataDirSetting(command.opts<DataDirFlags>(), process.env));
}

/** After an error, each command points to its own help. */
function pointToHelp(command: Command, path: string): void {
  const isDefault = command.name() === DEFAULT_COMMAND;
  const order = isDefault
    ? ' Put flags after the command, as in "publisher token list --data-dir data".'
    : "";
  command.showHelpAfterError(`Run "${path} --help" for help.${order}`);
  for (const child of command.commands) pointToHelp(child, `${path} ${child.name()}`);
}

/** Says so where the first word is no command: to `serve`, the default, it would be an argument too many. */
function refuseUnknownCommand(program: Command, words: readonly string[]): void {
  const [first] = words;
  if (first === undefined || first.startsWith("-")) return;
  if (program.commands.every((command) => command.name() !== first)) {
    program.error(`error: unknown command '${first}'`, { code: "commander.unknownCommand" });
  }
}

function addServe(program: Command): void {
  const serve = program
    .command(DEFAULT_COMMAND, { isDefault: true })
    .description("run the server; this is the default command");
  for (const option of listenOptions("; 0 for a free one")) serve.addOption(option);
  serve
    .option(
      "--socket-mode <mode>",
      setting("the permissions of Unix sockets", "PUBLISHER_SOCKET_MODE", DEFAULTS.socketMode.toString(8)),
    )
    .addOption(dataDirOption())
    .addOption(
      new Option("--log-level <level>", setting("how much to log", "PUBLISHER_LOG_LEVEL", DEFAULTS.logLevel))
        .choices(LOG_LEVELS)
        .argParser((level) => level),
    )
    .option(
      "--trusted-proxies <list>",
      setting(
        "reverse proxies that Publisher trusts: it takes the client's address from their X-Forwarded-For",
        "PUBLISHER_TRUSTED_PROXIES",
        "none",
      ),
    )
    .option(
      "--revocation-log <file>",
      setting(
        "a file outside the data directory that keeps every revocation",
        "PUBLISHER_REVOCATION_LOG",
        "none",
      ),
    )
    .option("--no-pages", "serve the API alone, without the pages (or PUBLISHER_PAGES=off)")
    .addHelpText("after", FIRST_TOKEN_HELP)
    .action(async (flags: ServeFlags) => {
      const settings = serveSettings(flags, process.env);
      const { serve } = await import("./server/serve.ts");
      await serve(settings);
    });
}

/** The exit code for what a command threw, after telling the person at the terminal. */
function exitCodeFor(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  if (error instanceof UsageError) return tell(error.message, EXIT_USAGE);
  if (error instanceof CommandFailure || error instanceof StoreUnusable)
    return tell(error.message, EXIT_FAILURE);
  if (error instanceof StoreUnavailable) return tell(storeSentence(error), EXIT_FAILURE);
  if (isSystemError(error))
    return tell(`${error.path ?? "A file"} cannot be used: ${reasonOf(error)}.`, EXIT_FAILURE);
  return tell(error instanceof Error ? (error.stack ?? error.message) : String(error), EXIT_FAILURE);
}

/** An error of a call of the operating system: https://nodejs.org/api/errors.html#class-systemerror */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error && "code" in error;
}

/** What to do on a full disk. */
const NEXT_WITHOUT_SPACE: Readonly<Record<SpaceUse, string>> = {
  changes: '"publisher token revoke" may still work.',
  revocations: `The token still works. If a server runs, revoke the token on its admin page or by the API: it then refuses the token at once. Or free ${ENOUGH_SPACE} on the disk, and try again.`,
};

function storeSentence({ cause, outcome, lacksSpaceFor }: StoreUnavailable): string {
  const reason = cause instanceof Error ? reasonOf(cause) : "unknown cause";
  const next = lacksSpaceFor === null ? "" : ` ${NEXT_WITHOUT_SPACE[lacksSpaceFor]}`;
  if (outcome !== "unknown") return `The store cannot be changed now: ${reason}. Nothing was changed.${next}`;
  return `The storage failed in the middle of the change: ${reason}. "publisher audit list" shows the change if it was made.`;
}

function tell(sentence: string, exitCode: number): number {
  say(`publisher: ${sentence}\n`);
  return exitCode;
}

/** Runs a command, or throws what its caller is to be told; help and the version come out as such a throw too. */
async function run(words: readonly string[]): Promise<void> {
  const output: string[] = [];
  const program = commandLine(output);
  try {
    refuseUnknownCommand(program, words);
    await program.parseAsync();
  } finally {
    if (output.length > 0) await print(output.join(""));
  }
}

process.umask(OWNER_ONLY);
try {
  await run(process.argv.slice(2));
} catch (error) {
  process.exitCode = exitCodeFor(error);
}

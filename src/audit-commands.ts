import type { Command } from "commander";
import type { AuditFlags } from "./commands/audit.ts";
import { type DataDirFlags, dataDirSetting, type Environment } from "./config.ts";
import { dataDirOption, JSON_FLAG } from "./options.ts";

/** Adds `audit` and the command below it. */
export function addAudit(program: Command, environment: Environment): void {
  program
    .command("audit")
    .helpCommand(false)
    .description("read what was done to tokens, and by whom, with or without a running server")
    .command("list")
    .description("list the newest changes to tokens, newest first")
    .option("--token <id>", "changes to this token alone")
    .option("--limit <n>", "how many changes (default 100)")
    .option(...JSON_FLAG)
    .addOption(dataDirOption())
    .action(async (flags: AuditFlags & DataDirFlags) => {
      const { listChanges } = await import("./commands/audit.ts");
      await listChanges(dataDirSetting(flags, environment), flags);
    });
}

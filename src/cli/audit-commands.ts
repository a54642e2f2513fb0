import type { Command } from "commander";
import { type DataDirFlags, dataDirSetting, type Environment } from "../settings/config.ts";
import type { AuditFlags } from "./audit.ts";
import { dataDirOption, JSON_FLAG } from "./options.ts";

/** Adds `audit` and the command below it. */
export function addAudit(program: Command, environment: Environment): void {
  program
    .command("audit")
    .helpCommand(false)
    .description("show who changed which token, and when; works with or without a running server")
    .command("list")
    .description("list the newest changes to tokens, newest first")
    .option("--token <id>", "only changes to this token")
    .option("--limit <n>", "show at most so many changes (default 100)")
    .option(...JSON_FLAG)
    .addOption(dataDirOption())
    .action(async (flags: AuditFlags & DataDirFlags) => {
      const { listChanges } = await import("./audit.ts");
      await listChanges(dataDirSetting(flags, environment), flags);
    });
}

import type { Command } from "commander";
import { type DataDirFlags, dataDirSetting, type Environment } from "../../settings/config.ts";
import { dataDirOption } from "../options.ts";
import type { BackupFlags } from "./backup.ts";
import type { RestoreFlags } from "./restore.ts";

/** Adds `backup` and `restore`. */
export function addBackup(program: Command, environment: Environment): void {
  program
    .command("backup")
    .description("copy the store, checked, into a file, with or without a running server")
    .argument("<FILE>", "where the backup goes; with --keep a directory")
    .option("--keep <n>", "make a dated backup in a directory, and keep the newest n there")
    .option("--no-progress", "hide the progress")
    .addOption(dataDirOption())
    .action(async (target: string, flags: BackupFlags & DataDirFlags) => {
      const { backup } = await import("./backup.ts");
      await backup(dataDirSetting(flags, environment), target, flags);
    });
  program
    .command("restore")
    .description("put a backup into the place of the store; ended tokens stay ended")
    .argument("<FILE>", "the backup")
    .option("--revocations <file>", "a revocation log; repeat for more files", collect)
    .option(
      "--without-revocations",
      "restore even if later revocations are unknown; revoked tokens may work again",
    )
    .option("--accept-part", "restore although the -wal file is missing; its last changes are lost")
    .addOption(dataDirOption())
    .action(async (file: string, flags: RestoreFlags & DataDirFlags) => {
      const { restore } = await import("./restore.ts");
      await restore(dataDirSetting(flags, environment), file, flags);
    });
}

function collect(path: string, before: readonly string[] = []): readonly string[] {
  return [...before, path];
}

import { type Command, Option } from "commander";
import { type DataDirFlags, dataDirOption } from "../../settings/data-directory-setting.ts";
import type { BackupFlags } from "./backup.ts";
import type { CheckFlags } from "./check.ts";
import type { RestoreFlags } from "./restore.ts";

/** Adds `backup`. */
export function addBackup(program: Command): void {
  program
    .command("backup")
    .description("copy the store, checked, into a file, with or without a running server")
    .argument("<FILE>", "where the backup goes; with --keep a directory")
    .option("--keep <n>", "make a dated backup in a directory, and keep the newest n there")
    .option("--no-progress", "hide the progress")
    .addOption(dataDirOption())
    .action(async (target: string, flags: BackupFlags & DataDirFlags) => {
      const { backup } = await import("./backup.ts");
      await backup(flags.dataDir, target, flags);
    });
}

/** Adds `restore`. */
export function addRestore(program: Command): void {
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
      await restore(flags.dataDir, file, flags);
    });
}

/** Adds `check`. */
export function addCheck(program: Command): void {
  program
    .command("check")
    .description("check that the store, or a backup, is sound; changes nothing")
    .argument("[FILE]", "a backup to check instead of the store")
    .addOption(dataDirOption())
    .addOption(new Option("--tell-damage", "exit with code 3 if the store is damaged").hideHelp())
    .action(async (backup: string | undefined, flags: CheckFlags & DataDirFlags) => {
      const { check } = await import("./check.ts");
      await check(flags.dataDir, backup, flags);
    });
}

function collect(path: string, before: readonly string[] = []): readonly string[] {
  return [...before, path];
}

import type { Command } from "commander";
import type { BackupFlags } from "./commands/backup.ts";
import type { RestoreFlags } from "./commands/restore.ts";
import { type DataDirFlags, dataDirSetting, type Environment } from "./config.ts";
import { dataDirOption } from "./options.ts";

/** Adds `backup` and `restore`. */
export function addBackup(program: Command, environment: Environment): void {
  program
    .command("backup")
    .description("copy the store, checked, into a file, with or without a running server")
    .argument("<FILE>", "where the backup goes; with --keep a directory")
    .option("--keep <n>", "make a dated backup in a directory, and keep the newest n there")
    .option("--no-progress", "do not show how far it is")
    .addOption(dataDirOption())
    .action(async (target: string, flags: BackupFlags & DataDirFlags) => {
      const { backup } = await import("./commands/backup.ts");
      await backup(dataDirSetting(flags, environment), target, flags);
    });
  program
    .command("restore")
    .description("put a backup into the place of the store; ended tokens stay ended")
    .argument("<FILE>", "the backup")
    .option("--revocations <file>", "what a server kept with --revocation-log; may be given again", collect)
    .option("--without-revocations", "go on where it is not known which tokens were revoked since")
    .option("--accept-part", "take a file of a store in use without its -wal file, and lose what was in that")
    .addOption(dataDirOption())
    .action(async (file: string, flags: RestoreFlags & DataDirFlags) => {
      const { restore } = await import("./commands/restore.ts");
      await restore(dataDirSetting(flags, environment), file, flags);
    });
}

function collect(path: string, before: readonly string[] = []): readonly string[] {
  return [...before, path];
}

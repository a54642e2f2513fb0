import { type Command, Option } from "commander";
import {
  type DataDirFlags,
  dataDirSetting,
  type Environment,
  type ListenFlags,
  listenSetting,
} from "../settings/config.ts";
import { BUCKETS } from "../tokens/usage/usage-period.ts";
import type { HealthFlags } from "./health.ts";
import { dataDirOption, JSON_FLAG, listenOptions } from "./options.ts";
import type { UsageFlags } from "./usage-command.ts";

/** Adds `usage`: how often tokens were used. */
export function addUsage(program: Command, environment: Environment): void {
  program
    .command("usage")
    .description("show how often tokens were used; the latest minute may be missing while a server runs")
    .argument("[ID]", "the token's id; all tokens together if left out")
    .addOption(new Option("--bucket <bucket>", "count by hour or by day (default day)").choices(BUCKETS))
    .addOption(
      new Option("--last <duration>", "how far back, such as 7d (default 30d by day, 1d by hour)").conflicts(
        "from",
      ),
    )
    .option("--from <time>", "from when, such as 2030-12-31T23:00:00Z")
    .option("--to <time>", "until when (default now)")
    .option(...JSON_FLAG)
    .addOption(dataDirOption())
    .action(async (id: string | undefined, flags: UsageFlags & DataDirFlags) => {
      const { printUsage } = await import("./usage-command.ts");
      await printUsage(dataDirSetting(flags, environment), id, flags);
    });
}

/** Adds `health`: asks a running server, for images without curl. */
export function addHealth(program: Command, environment: Environment): void {
  const health = program
    .command("health")
    .description("ask the running server whether it is ready; exit code 1 if not")
    .option("--url <url>", "the address of the server (default: from the settings of serve)")
    .option("--live", "check only that the server answers, not its store");
  for (const option of listenOptions()) health.addOption(option);
  health.action(async (flags: HealthFlags & ListenFlags) => {
    const { checkHealth } = await import("./health.ts");
    await checkHealth(() => listenSetting(flags, environment), flags);
  });
}

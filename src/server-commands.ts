import { type Command, Option } from "commander";
import type { HealthFlags } from "./commands/health.ts";
import type { UsageFlags } from "./commands/usage.ts";
import {
  type DataDirFlags,
  dataDirSetting,
  type Environment,
  type ListenFlags,
  listenSetting,
} from "./config.ts";
import { dataDirOption, JSON_FLAG, listenOptions } from "./options.ts";
import { BUCKETS } from "./tokens/usage-period.ts";

/** Adds `usage`: how often tokens were used. */
export function addUsage(program: Command, environment: Environment): void {
  program
    .command("usage")
    .description(
      "show how often one token, or all together, were used; a running server adds to it within a minute",
    )
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
      const { printUsage } = await import("./commands/usage.ts");
      await printUsage(dataDirSetting(flags, environment), id, flags);
    });
}

/** Adds `health`: asks a running server, for images without curl. */
export function addHealth(program: Command, environment: Environment): void {
  const health = program
    .command("health")
    .description(
      "ask the running server whether it is ready; exit code 1 if not. Finds it by the settings of serve",
    )
    .option("--url <url>", "ask the server at this address instead, such as http://127.0.0.1:8080")
    .option("--live", "ask only whether the server answers, not whether its store does");
  for (const option of listenOptions()) health.addOption(option);
  health.action(async (flags: HealthFlags & ListenFlags) => {
    const { checkHealth } = await import("./commands/health.ts");
    await checkHealth(() => listenSetting(flags, environment), flags);
  });
}

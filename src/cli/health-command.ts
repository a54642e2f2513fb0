import type { Command } from "commander";
import { addListenOptions, type ListenFlags, replacesVariables } from "../settings/listen-options.ts";
import type { HealthFlags } from "./health.ts";

/** Adds `health`, which asks a running server, for images without curl. */
export function addHealth(program: Command): void {
  const health = program
    .command("health")
    .description("ask the running server whether it is ready; exit code 1 if not")
    .option("--url <url>", "the address of the server (default: from the settings of serve)")
    .option("--live", "check only that the server answers, not its store");
  addListenOptions(health);
  replacesVariables(health, "url", ["PUBLISHER_HOST", "PUBLISHER_PORT", "PUBLISHER_LISTEN"]);
  health.action(async (flags: HealthFlags & ListenFlags) => {
    const { checkHealth } = await import("./health.ts");
    await checkHealth(flags);
  });
}

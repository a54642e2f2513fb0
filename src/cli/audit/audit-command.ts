import type { Command } from "commander";
import { addListChanges } from "./list-audit-events.ts";

/** Adds `audit` and the command below it. */
export function addAudit(program: Command): void {
  const audit = program
    .command("audit")
    .helpCommand(false)
    .description("show who changed which token, and when; works with or without a running server");
  addListChanges(audit);
}

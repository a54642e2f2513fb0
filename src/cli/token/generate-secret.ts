import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import { reasonOf } from "../../system-errors.ts";
import { CommandFailure } from "../../terminal/command-failure.ts";
import { makeSecret } from "../../tokens/secret/secret.ts";
import { printSecret, requireSecretOutput } from "./secret-output.ts";

/** Adds `token generate`. */
export function addGenerateSecret(token: Command): void {
  token
    .command("generate")
    .description("print a new secret for PUBLISHER_FIRST_TOKEN; no store knows it yet")
    .action(generateSecret);
}

async function generateSecret(): Promise<void> {
  requireSecretOutput();
  try {
    await printSecret(`${makeSecret(randomBytes)}\n`);
  } catch (error) {
    throw new CommandFailure(`The secret could not be written: ${reasonOf(error)}.`, { cause: error });
  }
}

import type { Command } from "commander";
import { addCreateToken } from "./create-token.ts";
import { addGenerateSecret } from "./generate-secret.ts";
import { addGetToken } from "./get-token.ts";
import { addListTokens } from "./list-tokens.ts";
import { addRevokeToken } from "./revoke-token.ts";
import { addRotateToken } from "./rotate-token.ts";
import { addUpdateToken } from "./update-token.ts";
import { addVerifyToken } from "./verify-token.ts";

/** Adds `token` and the commands below it. */
export function addToken(program: Command): void {
  const token = program
    .command("token")
    .helpCommand(false)
    .description("manage tokens, with or without a running server");
  addCreateToken(token);
  addUpdateToken(token);
  addRotateToken(token);
  addRevokeToken(token);
  addListTokens(token);
  addGetToken(token);
  addVerifyToken(token);
  addGenerateSecret(token);
}

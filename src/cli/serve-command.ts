import type { Command } from "commander";
import { addServeOptions, serveSettings } from "../settings/serve-settings.ts";

/** The command that runs if none is given. */
export const DEFAULT_COMMAND = "serve";

/** A secret in an argument would be in the list of processes, so the first token has variables alone. */
const FIRST_TOKEN_HELP = `
Variables without a flag:
  PUBLISHER_FIRST_TOKEN       the secret of the first token of a new store
  PUBLISHER_FIRST_TOKEN_FILE  a file with this secret`;

/** Adds `serve`. */
export function addServe(program: Command): void {
  const serve = program
    .command(DEFAULT_COMMAND, { isDefault: true })
    .description("run the server; this is the default command")
    .addHelpText("after", FIRST_TOKEN_HELP);
  addServeOptions(serve).action(async () => {
    const settings = serveSettings(serve);
    const { serve: runServer } = await import("../server/serve.ts");
    await runServer(settings);
  });
}

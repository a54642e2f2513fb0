import type { Command } from "commander";
import { printJson } from "../terminal/print.ts";

/** Adds `openapi`, which prints the document that the server has under `/swagger/json`. */
export function addOpenapi(program: Command): void {
  program
    .command("openapi")
    .description("print the OpenAPI document of the API")
    .action(async () => {
      const { openapiFile } = await import("../assets/openapi-file.ts");
      await printJson(await openapiFile());
    });
}

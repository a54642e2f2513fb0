import type { Command } from "commander";
import { print } from "../terminal/print.ts";

/** Adds `licenses`, which prints the licences of Publisher, of Bun, and of every package in the executable. */
export function addLicenses(program: Command): void {
  program
    .command("licenses")
    .description("print the licences of Publisher and of all packages in it")
    .action(async () => {
      const { licenses } = await import("../assets/licenses.ts");
      await print(await licenses());
    });
}

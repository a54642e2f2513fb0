import { licenses } from "../assets/licenses.ts";
import { print } from "../terminal/print.ts";

/** Prints the licences of Publisher, of Bun, and of every package in the executable. */
export async function printLicenses(): Promise<void> {
  await print(await licenses());
}

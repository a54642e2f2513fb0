import { licenses } from "../licenses.ts";
import { print } from "./print.ts";

/** Prints the licences of Publisher, of its runtime and of every package that is inside. */
export async function printLicenses(): Promise<void> {
  await print(await licenses());
}

import { openapiDocument } from "../http/documentation.ts";

/** Prints the OpenAPI document, as the server gives it under `/swagger/json`. */
export async function printDocument(): Promise<void> {
  process.stdout.write(`${JSON.stringify(await openapiDocument(), null, 2)}\n`);
}

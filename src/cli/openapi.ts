import { openapiDocument } from "../http/api/documentation.ts";
import { printJson } from "../terminal/print.ts";

/** Prints the OpenAPI document, as the server gives it under `/swagger/json`. */
export async function printDocument(): Promise<void> {
  await printJson(await openapiDocument());
}
